// What our reading of $metadata costs over the XML parser itself: `npm run build && node bench/csdl.mjs [file.xml]`.
// Prints the ratio of medians; the bar is 2.
import { readFileSync } from 'node:fs';
import { SaxesParser } from 'saxes';
import { parseCsdl } from '../dist/dataverse/metadata/csdl.js';
import { csdlOf, organisation } from './organisation.mjs';

const rounds = 15;
const chunkSize = 65_536;
const [, , file] = process.argv;
const document = file === undefined ? Buffer.from([...csdlOf(organisation())].join('')) : readFileSync(file);

async function* chunks() {
  for (let at = 0; at < document.length; at += chunkSize) yield document.subarray(at, at + chunkSize);
}

/** saxes alone: same options, same decoding, handlers that do nothing. */
async function parserAlone() {
  const parser = new SaxesParser({ xmlns: false, position: false });
  parser.on('opentag', () => {});
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of chunks()) parser.write(decoder.decode(chunk, { stream: true }));
  parser.write(decoder.decode()).close();
}

async function milliseconds(run) {
  const from = performance.now();
  await run();
  return performance.now() - from;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const alone = [];
const ours = [];
let csdl = await parseCsdl(chunks());
await parserAlone();
for (let round = 0; round < rounds; round += 1) {
  alone.push(await milliseconds(parserAlone));
  ours.push(
    await milliseconds(async () => {
      csdl = await parseCsdl(chunks());
    }),
  );
}

const properties = [...csdl.types.values()].reduce((sum, type) => sum + type.properties.length, 0);
console.log(
  `document      ${(document.length / 1e6).toFixed(1)} MB, ${csdl.sets.length} sets, ${properties} properties`,
);
console.log(`saxes alone   ${median(alone).toFixed(0)} ms (median of ${rounds})`);
console.log(`parseCsdl     ${median(ours).toFixed(0)} ms`);
console.log(`ratio         ${(median(ours) / median(alone)).toFixed(2)} (bar: 2)`);
process.exitCode = median(ours) / median(alone) <= 2 ? 0 : 1;
