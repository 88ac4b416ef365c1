// Git's index file, as far as a list of files needs it. Its layout: https://git-scm.com/docs/index-format

/** An entry of git's index. The object is used again for the next entry: take what you keep. */
export interface IndexEntry {
  /** Path relative to the folder that is listed; undefined for a name that is not UTF-8. */
  path: string | undefined;
  /** The name where it is not UTF-8, as Latin-1. */
  badName: string;
  /** Type and permission bits: 0o100644, 0o100755, 0o120000 (a link) or 0o160000 (a submodule). */
  mode: number;
  /** 0, or 1 to 3 for one of the versions of a file that a merge left in conflict. */
  stage: number;
  /** Stat data of the file when git last knew it to be as recorded; seconds are 0 where git does not know. */
  ctimeSeconds: number;
  ctimeNanoseconds: number;
  mtimeSeconds: number;
  mtimeNanoseconds: number;
  /** The lower 32 bits. */
  inode: number;
  /** The lower 32 bits of the size; 0 also where git must look again. */
  sizeBytes: number;
  /** What holds the object's name: `idBytes` bytes from `idAt` on. */
  ids: Buffer;
  idAt: number;
  idBytes: number;
  /** True where `git update-index --assume-unchanged` keeps git from looking at the file. */
  assumeUnchanged: boolean;
  /** True where a sparse checkout leaves the file out. */
  skipWorktree: boolean;
  /** True for a file that `git add --intent-to-add` announced: its content is not in the index. */
  intentToAdd: boolean;
}

/** An entry of which nothing is known. */
export function emptyEntry(): IndexEntry {
  return {
    path: undefined,
    badName: '',
    mode: 0,
    stage: 0,
    ctimeSeconds: 0,
    ctimeNanoseconds: 0,
    mtimeSeconds: 0,
    mtimeNanoseconds: 0,
    inode: 0,
    sizeBytes: 0,
    ids: Buffer.alloc(0),
    idAt: 0,
    idBytes: 0,
    assumeUnchanged: false,
    skipWorktree: false,
    intentToAdd: false,
  };
}

const SIGNATURE = 0x44495243; // DIRC
const HEADER_BYTES = 12;
/** Where the parts of an entry begin. */
const AT = { mtime: 8, inode: 20, mode: 24, size: 36, id: 40 } as const;
const FLAG_ASSUME_UNCHANGED = 0x8000;
const FLAG_EXTENDED = 0x4000;
const NAME_LENGTH = 0xfff;
const FLAG_SKIP_WORKTREE = 0x4000;
const FLAG_INTENT_TO_ADD = 0x2000;

/** The entries of an index. */
export interface IndexEntries {
  /** The latest time that it records of any file, in whole seconds since 1970. */
  readonly newestSeconds: number;
  /** Gives each entry below `prefix`: a folder with a slash at its end, or nothing. Paths are relative to it. */
  each(prefix: string, give: (entry: IndexEntry) => void): void;
}

/**
 * Opens an index file of version 2, 3 or 4. Undefined for what is not read here: another version, a split index, a
 * sparse index, or one that is damaged. Git itself is asked then.
 */
export function openIndexFile(data: Buffer, idBytes: number): IndexEntries | undefined {
  const version = data.length < HEADER_BYTES + idBytes ? 0 : data.readUInt32BE(4);
  if (version < 2 || version > 4 || data.readUInt32BE(0) !== SIGNATURE) return undefined;
  const reader = new Reader(data, idBytes, version);
  // Read once to see that it can be read whole: half a list would look like a list.
  return reader.check() ? reader : undefined;
}

class Reader implements IndexEntries {
  readonly #data: Buffer;
  /** The same bytes: its numbers are read some hundred thousand times, and a Buffer checks more. */
  readonly #view: DataView;
  readonly #idBytes: number;
  readonly #version: number;
  /** Where the entries must end. */
  readonly #end: number;
  /** The path of the entry, which version 4 builds upon that of the one before; `#pathEnd` bytes of it count. */
  #path: Buffer = Buffer.alloc(4_096);
  #pathEnd = 0;
  newestSeconds = 0;

  constructor(data: Buffer, idBytes: number, version: number) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.length);
    this.#idBytes = idBytes;
    this.#version = version;
    this.#end = data.length - idBytes;
  }

  check(): boolean {
    const view = this.#view;
    let newest = 0;
    const end = this.#walk((at) => {
      newest = Math.max(newest, view.getUint32(at), view.getUint32(at + AT.mtime));
    });
    this.newestSeconds = newest;
    return end !== undefined && this.#knowsExtensions(end);
  }

  each(prefix: string, give: (entry: IndexEntry) => void): void {
    const data = this.#data;
    const below = Buffer.from(prefix);
    const isBuilt = this.#version === 4;
    const entry = emptyEntry();
    entry.ids = data;
    entry.idBytes = this.#idBytes;
    this.#walk((at, nameAt, nameEnd) => {
      const from = isBuilt ? this.#path : data;
      const start = (isBuilt ? 0 : nameAt) + below.length;
      const end = isBuilt ? this.#pathEnd : nameEnd;
      if (below.length > 0 && (start >= end || below.compare(from, start - below.length, start) !== 0)) return;
      nameEntry(entry, from, start, end);
      this.#read(entry, at);
      give(entry);
    });
  }

  /** Visits each entry; returns where they end, undefined where they cannot be read. */
  #walk(visit: (at: number, nameAt: number, nameEnd: number) => void): number | undefined {
    const count = this.#view.getUint32(8);
    const isBuilt = this.#version === 4;
    this.#pathEnd = 0;
    let at = HEADER_BYTES;
    for (let index = 0; index < count; index += 1) {
      const nameAt = this.#nameAt(at);
      if (nameAt >= this.#end) return undefined;
      const nameEnd = isBuilt ? this.#build(nameAt) : this.#nameEnd(at, nameAt);
      if (nameEnd < 0 || nameEnd >= this.#end) return undefined;
      visit(at, nameAt, nameEnd);
      // Padded with 1 to 8 NULs to a multiple of 8, but for version 4.
      at = isBuilt ? nameEnd + 1 : at + ((nameEnd - at + 8) & ~7);
    }
    return at <= this.#end ? at : undefined;
  }

  #nameAt(at: number): number {
    const flagsAt = at + AT.id + this.#idBytes;
    if (flagsAt + 2 > this.#end) return this.#end;
    return flagsAt + ((this.#view.getUint16(flagsAt) & FLAG_EXTENDED) === 0 ? 2 : 4);
  }

  /** Where the NUL behind a name is; -1 where there is none. */
  #nameEnd(at: number, nameAt: number): number {
    const length = this.#view.getUint16(at + AT.id + this.#idBytes) & NAME_LENGTH;
    // The flags tell the length of all names but very long ones.
    const isTold = length < NAME_LENGTH && this.#data[nameAt + length] === 0;
    return isTold ? nameAt + length : this.#data.indexOf(0, nameAt);
  }

  #read(entry: IndexEntry, at: number): void {
    const view = this.#view;
    entry.ctimeSeconds = view.getUint32(at);
    entry.ctimeNanoseconds = view.getUint32(at + 4);
    entry.mtimeSeconds = view.getUint32(at + AT.mtime);
    entry.mtimeNanoseconds = view.getUint32(at + AT.mtime + 4);
    entry.inode = view.getUint32(at + AT.inode);
    entry.mode = view.getUint32(at + AT.mode);
    entry.sizeBytes = view.getUint32(at + AT.size);
    const flagsAt = at + AT.id + this.#idBytes;
    entry.idAt = at + AT.id;
    const flags = view.getUint16(flagsAt);
    const more = (flags & FLAG_EXTENDED) === 0 ? 0 : view.getUint16(flagsAt + 2);
    entry.stage = (flags >> 12) & 3;
    entry.assumeUnchanged = (flags & FLAG_ASSUME_UNCHANGED) !== 0;
    entry.skipWorktree = (more & FLAG_SKIP_WORKTREE) !== 0;
    entry.intentToAdd = (more & FLAG_INTENT_TO_ADD) !== 0;
  }

  /** Version 4 says how much of the path before is dropped and what follows. Returns where that ends, -1 for nonsense. */
  #build(at: number): number {
    const data = this.#data;
    let byte = data[at] ?? 0;
    let drop = byte & 0x7f;
    let next = at + 1;
    // git's own number format (varint.c): seven bits a byte, and one more for each byte that follows.
    while ((byte & 0x80) !== 0 && next < this.#end) {
      byte = data[next] ?? 0;
      drop = (drop + 1) * 128 + (byte & 0x7f);
      next += 1;
    }
    const end = data.indexOf(0, next);
    const kept = this.#pathEnd - drop;
    if (end < 0 || kept < 0) return -1;
    this.#pathEnd = kept + end - next;
    if (this.#pathEnd > this.#path.length) this.#path = Buffer.concat([this.#path], this.#pathEnd * 2);
    data.copy(this.#path, kept, next, end);
    return end;
  }

  /** False where an extension changes what the entries mean; those that may be ignored begin with a capital. */
  #knowsExtensions(start: number): boolean {
    for (let at = start; at + 8 <= this.#end; at += 8 + this.#data.readUInt32BE(at + 4)) {
      const first = this.#data[at] ?? 0;
      if (first < 0x41 || first > 0x5a) return false;
    }
    return true;
  }
}

/** Sets an entry's name: as text, or, since no text can name bytes that are not UTF-8, as what comes near. */
export function nameEntry(entry: IndexEntry, from: Buffer, start: number, end: number): void {
  const path = from.toString('utf8', start, end);
  const isText = !path.includes('\uFFFD') || Buffer.from(path).equals(from.subarray(start, end));
  entry.path = isText ? path : undefined;
  entry.badName = isText ? '' : from.toString('latin1', start, end);
}
