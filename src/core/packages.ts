/**
 * Packages that are CommonJS, loaded by `require`. `import` reads their source twice, to find out which names they export,
 * and msal-node in a hundred files in place of one: together a tenth of a second (docs/adr/0006-start-up.md).
 */
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** undici, Node's HTTP client. */
export const undici = (): typeof import('undici') => load('undici');
/** saxes, the XML parser. */
export const saxes = (): typeof import('saxes') => load('saxes');
/** picomatch, for globs. */
export const picomatch = (): typeof import('picomatch') => load('picomatch');
/** bottleneck, which starts jobs so many at a time; without its part for Redis. */
export const bottleneck = (): typeof import('bottleneck').default => load('bottleneck/light');
/** msal-node, Microsoft's library for signing in. */
export const msal = (): typeof import('@azure/msal-node') => load('@azure/msal-node');
