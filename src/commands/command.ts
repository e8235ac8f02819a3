/** Which protocol's messages go to stdout. */
export type ProtocolName = 'singer' | 'airbyte';

/** Options that every command has. `configs` are file paths or the word ENV, later ones win. */
export interface CommonOptions {
  readonly protocol: ProtocolName;
  readonly configs: readonly string[];
  readonly debug: boolean;
}

/** What the command line asks for. */
export type Command = CommonOptions &
  (
    | { readonly kind: 'spec' }
    | { readonly kind: 'check' }
    | { readonly kind: 'discover' }
    | {
        readonly kind: 'read';
        readonly catalog: string | undefined;
        readonly state: string | undefined;
        /** Singer `--test`: one record a stream, or only schemas. */
        readonly test: 'all' | 'schema' | undefined;
      }
    | { readonly kind: 'about'; readonly format: 'text' | 'json' | 'markdown' }
    | { readonly kind: 'version' }
    | { readonly kind: 'help'; readonly text: string }
  );
