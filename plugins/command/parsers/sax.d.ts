// The part of sax that we use; its own types are a package of their own.
declare module 'sax' {
  interface Tag {
    readonly name: string;
    readonly attributes: Readonly<Record<string, string>>;
  }
  interface Parser {
    onerror: (error: Error) => void;
    onopentag: (tag: Tag) => void;
    onclosetag: (name: string) => void;
    ontext: (text: string) => void;
    oncdata: (text: string) => void;
    readonly line: number;
    write(text: string): Parser;
    close(): Parser;
  }
  export function parser(
    strict: boolean,
    options: { readonly strictEntities: boolean; readonly position: boolean },
  ): Parser;
}
