import type { Dispatcher } from 'undici';

/** A request that has no end yet. */
export interface UnderWay {
  readonly path: string;
  /** How often this path has been asked for so far, itself included. */
  readonly attempt: number;
}

/** A way out that knows which requests have no end yet. */
export interface Flight {
  readonly dispatcher: Dispatcher;
  underWay(): ReadonlySet<UnderWay>;
}

/** Keeps count of what goes through `dispatcher`; `sending` is told of each request before it leaves. */
export function countRequests(dispatcher: Dispatcher, sending: (path: string) => void = () => {}): Flight {
  const underWay = new Set<UnderWay>();
  const attempts = new Map<string, number>();
  return {
    underWay: () => underWay,
    dispatcher: dispatcher.compose((dispatch) => (options, handler) => {
      const { path } = options;
      const attempt = (attempts.get(path) ?? 0) + 1;
      attempts.set(path, attempt);
      const request: UnderWay = { path, attempt };
      underWay.add(request);
      const end = (): void => void underWay.delete(request);
      sending(path);
      return dispatch(options, {
        onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
        onRequestUpgrade: (controller, status, headers, socket) =>
          handler.onRequestUpgrade?.(controller, status, headers, socket),
        onResponseStart: (controller, status, headers, message) =>
          handler.onResponseStart?.(controller, status, headers, message),
        onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
        onResponseEnd: (controller, trailers) => {
          end();
          handler.onResponseEnd?.(controller, trailers);
        },
        onResponseError: (controller, error) => {
          end();
          handler.onResponseError?.(controller, error);
        },
      });
    }),
  };
}
