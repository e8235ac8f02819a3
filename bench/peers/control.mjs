// The simulator's control surface: the truth, and changes to it.
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseExactly } from './messages.mjs';

/** Each request has a connection of its own: minutes may lie between two, in which idle ones are closed. */
function send(control, method, path, body) {
  return new Promise((resolve, reject) => {
    request(`${control}${path}`, { method, agent: false }, (answer) => {
      text(answer).then((answered) => {
        if (answer.statusCode < 300) resolve(answered);
        else reject(new Error(`${method} ${path}: ${answer.statusCode} ${answered}`));
      }, reject);
    })
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Logical and set names of all tables. */
export const tablesOf = async (control) => JSON.parse(await send(control, 'GET', '/tables'));

/** Every row as of now, with the tables that lookups lead to. */
export async function truthOf(control, set) {
  const note = 'Microsoft.Dynamics.CRM.lookuplogicalname';
  const lines = await send(control, 'GET', `/rows/${set}?annotations=${note}`);
  return lines.split('\n').filter(Boolean).map(parseExactly);
}

/** Deletes, renames and creates rows; tells the keys of the new ones. */
export async function change(control, set, { gone, renamed, created }) {
  for (const key of gone) await send(control, 'DELETE', `/rows/${set}/${key}`);
  for (const key of renamed) await send(control, 'PATCH', `/rows/${set}/${key}`, { name: 'Renamed' });
  const rows = Array.from({ length: created }, (_, place) => ({ name: `New ${place}` }));
  return JSON.parse(await send(control, 'POST', `/rows/${set}`, rows)).keys;
}
