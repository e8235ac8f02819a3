import type { Dispatcher } from 'undici';

/** A way out that counts the requests that have no end yet. */
export interface Flight {
  readonly dispatcher: Dispatcher;
  count(): number;
}

/** Counts what goes through `dispatcher`. */
export function countRequests(dispatcher: Dispatcher): Flight {
  let underWay = 0;
  return {
    count: () => underWay,
    dispatcher: dispatcher.compose((dispatch) => (options, handler) => {
      underWay += 1;
      let ended = false;
      const end = (): void => {
        if (!ended) underWay -= 1;
        ended = true;
      };
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
