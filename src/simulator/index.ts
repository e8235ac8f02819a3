import { makeCertificate } from './certificate.ts';
import { type Control, controlOf } from './control/control.ts';
import { createControlServer } from './control/server.ts';
import { createWriter } from './control/writer.ts';
import { createFaults } from './faults/faults.ts';
import type { SimulatorOptions } from './options.ts';
import type { Simulation } from './pipeline.ts';
import { createRequestLog } from './request-log.ts';
import { guidOf } from './rows/guid.ts';
import { saltOf } from './rows/random.ts';
import { rightsOf } from './scenario/rights.ts';
import { createDataverseServer, listen, stop } from './server.ts';
import { createTokens } from './sign-in/tokens.ts';
import { createUsers } from './users.ts';
import { createWorld, type World } from './world.ts';

export type { Time } from './clock.ts';
export type { Control } from './control/control.ts';
export type { Fault, FaultKind } from './faults/types.ts';
export type { LimitChanges, Limits } from './limits/settings.ts';
export type { SimulatorOptions } from './options.ts';
export { loadScenario } from './scenario/load.ts';

/** What a client has to know; the bin prints it as one JSON line. */
export interface Ready {
  /** Host with port, no scheme. */
  readonly environment_url: string;
  /** Origin of the sign-in service. */
  readonly authority_host: string;
  /** PEM file of the certificate authority, for NODE_EXTRA_CA_CERTS. */
  readonly ca_file: string;
  readonly tenant_id: string;
  readonly client_id: string;
  readonly client_secret: string;
  /** Origin of the control surface, plain HTTP. */
  readonly control_url: string;
}

export interface Simulator {
  readonly ready: Ready;
  readonly control: Control;
  readonly close: () => Promise<void>;
}

/** What a scenario does to an environment that has just been made. */
function prepare(control: Control, world: World, options: SimulatorOptions): void {
  const [first, ...others] = (options.users ?? []).map((user) =>
    rightsOf(user, options.roles ?? {}, world.schema.tables()),
  );
  if (first !== undefined) control.changeUser(first);
  for (const user of others) control.addUser(user);
  for (const [table, rows] of Object.entries(options.data ?? {})) control.create(table, rows);
  for (const fault of options.faults ?? []) control.addFault(fault);
}

/** Starts a Dataverse environment on 127.0.0.1; resolves when it answers. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const salt = saltOf(`sign-in/${options.seed ?? 1}`);
  const [tenantId, clientId, secret] = [guidOf(salt, 1), guidOf(salt, 2), `${guidOf(salt, 3)}~`] as const;
  const world = createWorld(options);
  let host = '';
  const tokens = createTokens(world.clock, tenantId, () => `https://${host}`, options.tokenSeconds ?? 3599);
  const users = createUsers({
    clientId,
    secret,
    secretExpired: false,
    certificate: options.clientCertificate,
    member: true,
    disabled: false,
    roles: 1,
    read: { '*': 'Global' },
    readsSecured: true,
    userId: world.userId,
    businessUnitId: world.businessUnitId,
  });
  const simulation: Simulation = {
    world,
    log: createRequestLog(),
    faults: createFaults(),
    writer: createWriter(world),
    signIn: { tenantId, users, tokens, now: world.clock.now },
  };
  const control = controlOf(simulation);
  prepare(control, world, options);
  const certificate = await makeCertificate();
  const service = createDataverseServer(simulation, certificate);
  const controlService = createControlServer(control);
  host = `127.0.0.1:${await listen(service, options.port ?? 0)}`;
  const controlPort = await listen(controlService, options.controlPort ?? 0);
  return {
    ready: {
      environment_url: host,
      authority_host: `https://${host}`,
      ca_file: certificate.caFile,
      tenant_id: tenantId,
      client_id: clientId,
      client_secret: secret,
      control_url: `http://127.0.0.1:${controlPort}`,
    },
    control,
    close: async () => {
      await Promise.all([stop(service), stop(controlService)]);
      certificate.remove();
    },
  };
}
