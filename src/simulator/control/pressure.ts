import type { ScriptedFault } from '../faults/faults.ts';
import { faultSchema } from '../faults/schema.ts';
import type { Fault } from '../faults/types.ts';
import { type LimitChanges, type Limits, limitsSchema } from '../limits/settings.ts';
import type { DayOfRequests } from '../limits/tally.ts';
import type { Simulation } from '../pipeline.ts';
import { problemsWith } from '../validate.ts';
import { ControlError } from './input.ts';

/** What makes the service hard to live with: limits, slowness and faults. */
export interface Pressure {
  /** Returns an id for `removeFault`. */
  readonly addFault: (fault: Fault) => string;
  /** Faults in the order in which they were added, spent ones too. */
  readonly faults: () => readonly ScriptedFault[];
  /** Requests that the fault holds up go on. */
  readonly removeFault: (id: string) => void;
  readonly clearFaults: () => void;
  readonly limits: () => Limits;
  readonly setLimits: (changes: LimitChanges) => void;
  /** Requests by user and day, as entitlement reports count them. */
  readonly requestTally: () => readonly DayOfRequests[];
}

export function pressureOn({ world, faults }: Simulation): Pressure {
  return {
    addFault: (fault) => {
      refuse(problemsWith(fault, faultSchema, 'the fault'));
      return faults.add(fault);
    },
    faults: faults.list,
    removeFault: (id) => {
      if (!faults.remove(id)) throw new ControlError(`there is no fault ${id}`);
    },
    clearFaults: faults.clear,
    limits: world.protection.settings,
    setLimits: (changes) => {
      refuse(problemsWith(changes, limitsSchema, 'the limits'));
      world.protection.change(changes);
    },
    requestTally: world.protection.tally.days,
  };
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new ControlError(problems.join('; '));
}
