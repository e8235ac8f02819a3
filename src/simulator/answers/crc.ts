/**
 * The CRC-32 of two pieces of data put together, from the CRC of each and the length of the second (zlib's crc32_combine):
 * appending n zero bytes is a linear map over GF(2), so its n-th power is made by squaring.
 */
export function combineCrc(first: number, second: number, length: number): number {
  let crc = first;
  let rest = length;
  for (let power = 0; rest > 0; power++) {
    if (rest % 2 === 1) crc = times(zeroBytes(power), crc);
    rest = Math.floor(rest / 2);
  }
  return (crc ^ second) >>> 0;
}

type Matrix = Uint32Array;

/** Maps of 2^power zero bytes, made once. */
const maps: Matrix[] = [];

function zeroBytes(power: number): Matrix {
  const known = maps[power];
  if (known !== undefined) return known;
  const made = power === 0 ? square(square(square(oneZeroBit()))) : square(zeroBytes(power - 1));
  maps[power] = made;
  return made;
}

function oneZeroBit(): Matrix {
  const matrix = new Uint32Array(32);
  matrix[0] = 0xedb88320;
  for (let bit = 1; bit < 32; bit++) matrix[bit] = 2 ** (bit - 1);
  return matrix;
}

function times(matrix: Matrix, vector: number): number {
  let sum = 0;
  let rest = vector >>> 0;
  for (let bit = 0; rest !== 0; bit++, rest >>>= 1) {
    if (rest & 1) sum ^= matrix[bit] ?? 0;
  }
  return sum >>> 0;
}

const square = (matrix: Matrix): Matrix => matrix.map((column) => times(matrix, column));
