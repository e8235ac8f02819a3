import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactor } from './redact.ts';
import { secret } from './secret.ts';

const value = 'p~8Q/+a"b\\ c%é\'(!)';

describe('a redactor', () => {
  const redact = redactor([secret(value)]);
  const forms: Readonly<Record<string, string>> = {
    plain: value,
    'in JSON': JSON.stringify({ value }),
    'in JSON within JSON': JSON.stringify(JSON.stringify({ value })),
    'in a URL': `https://x/?a=${encodeURIComponent(value)}&b`,
    'in a URL by RFC 3986': encodeURIComponent(value).replace(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16)}`,
    ),
    'in JSON by .NET': '"p~8Q/\\u002Ba\\u0022b\\\\ c%\\u00E9\\u0027(!)"',
    'in JSON of ASCII alone': '"p~8Q/+a\\"b\\\\ c%\\u00e9\'(!)"',
    'in a form': new URLSearchParams({ value }).toString(),
    'printed by Node': inspect({ value }),
    'in base64': Buffer.from(value).toString('base64'),
    'in base64url': Buffer.from(value).toString('base64url'),
    'in base64 with more around it': Buffer.from(`client:${value}:more`).toString('base64'),
  };
  for (const [name, text] of Object.entries(forms)) {
    it(`masks a secret ${name}`, () => {
      const masked = redact(text);
      expect(masked).toContain('****');
      expect(Buffer.from(masked, 'base64').toString()).not.toContain(value);
      expect(masked).not.toContain('p~8Q');
      expect(redact(Buffer.from(text)).toString()).toBe(masked);
    });
  }

  it('passes everything else uncopied', () => {
    const bytes = Buffer.from('nothing to see');
    expect(redact(bytes)).toBe(bytes);
    expect(redact('nothing to see')).toBe('nothing to see');
  });

  it('learns tokens that are got at run time', () => {
    const learning = redactor([]);
    expect(learning('Bearer eyJ0.abc')).toBe('Bearer eyJ0.abc');
    learning.add('eyJ0.abc');
    expect(learning('Bearer eyJ0.abc')).toBe('Bearer ****');
  });

  it('masks the lines of a key one by one', () => {
    const key =
      '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nEFAASCBKcwggSjAgEAAoIBAQ\n-----END PRIVATE KEY-----\n';
    expect(redactor([key])('found MIIEvQIBADANBgkqhkiG9w0BAQ here')).toBe('found **** here');
  });

  it('leaves alone what is too short to be a secret, or nothing would be left of the text', () => {
    expect(redactor(['', 'e', 'ext'])('text')).toBe('text');
  });

  it('leaves no trace of any secret, in any text around it', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 4, unit: 'binary' }),
        fc.string(),
        fc.string(),
        (random, before, after) => {
          fc.pre(!'****'.includes(random) && random.trim() !== '');
          const redacts = redactor([random]);
          for (const text of [
            random,
            JSON.stringify(random),
            encodeURIComponent(Buffer.from(random).toString()),
          ]) {
            expect(redacts(`${before}${text}${after}`)).not.toContain(random);
          }
        },
      ),
    );
  });
});

describe('a secret', () => {
  it('does not print itself', () => {
    const hidden = secret(value);
    expect(
      [String(hidden), JSON.stringify({ hidden }), inspect({ hidden }), `${hidden}`].join(),
    ).not.toContain('p~8Q');
    expect(hidden.reveal()).toBe(value);
  });
});
