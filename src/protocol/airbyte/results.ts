import { consequences } from '../../core/consequences.ts';
import type { JsonObject } from '../../core/json.ts';
import { line } from '../lines.ts';
import type { CheckOutcome } from '../protocol.ts';
import { errorTrace } from './traces.ts';

/** Where a person who sets up the source in Airbyte reads on. */
const documentation = 'https://github.com/tap-dynamics365/tap-dynamics365/blob/main';

/** The SPEC message. */
export function specMessage(schema: JsonObject): Buffer {
  return line({
    type: 'SPEC',
    spec: {
      protocol_version: '0.18.0',
      documentationUrl: `${documentation}/docs/airbyte.md`,
      changelogUrl: `${documentation}/CHANGELOG.md`,
      supportsIncremental: true,
      connectionSpecification: schema,
    },
  });
}

/**
 * The result of `check`. What the user can mend is a FAILED status with exit code 0; what they cannot is an ERROR trace
 * with exit code 1, so that the platform does not blame their settings for an outage.
 */
export function checkResult(outcome: CheckOutcome): { readonly bytes: Buffer; readonly exitCode: number } {
  if (outcome.ok) {
    return { bytes: connectionStatus('SUCCEEDED', outcome.message), exitCode: 0 };
  }
  if (consequences[outcome.error.kind].failureType === 'config_error') {
    return { bytes: connectionStatus('FAILED', outcome.error.message), exitCode: 0 };
  }
  return { bytes: errorTrace(outcome.error, Date.now()), exitCode: 1 };
}

function connectionStatus(status: 'SUCCEEDED' | 'FAILED', message: string): Buffer {
  return line({ type: 'CONNECTION_STATUS', connectionStatus: { status, message } });
}
