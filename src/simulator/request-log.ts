/** A request as the control surface tells of it afterwards. */
export interface LoggedRequest {
  /** Virtual time of arrival, ISO 8601. */
  readonly at: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly request_id: string | undefined;
  /** Bytes of the body as sent. */
  readonly bytes: number;
  /** Kind of the fault that struck, if any. */
  readonly fault: string | undefined;
}

export interface RequestLog {
  readonly add: (entry: LoggedRequest) => void;
  readonly entries: () => readonly LoggedRequest[];
  readonly clear: () => void;
}

/** Keeps the last requests. */
export function createRequestLog(most = 20_000): RequestLog {
  let entries: LoggedRequest[] = [];
  return {
    add: (entry) => {
      entries.push(entry);
      if (entries.length > most * 1.1) entries = entries.slice(-most);
    },
    entries: () => entries,
    clear: () => {
      entries = [];
    },
  };
}
