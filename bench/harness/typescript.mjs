// Imported for its effect: what is imported afterwards, by `await import`, may be TypeScript. So benchmarks share with the tests
// what stands between the connector and the simulator (integration_tests/support).
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
