import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/*
 * The database maps its file into memory and trusts what it finds: a file that was cut off kills the process at the first
 * access behind its end, and a damaged head shows an old state, or none, as if it were the latest. So the file is looked at
 * before it is opened:
 *   D1  Both heads (transaction N writes head N mod 2) are whole and fit each other.
 *   D2  The trees of the latest head's snapshot are walked as far as their branches, and counted where the head says how
 *       much there is; when the file is shorter than the head says, to the last page.
 * Data inside of pages is not proved: the format has no check sums.
 */

const MAGIC = 0xbeefc0de;
const PAGE_HEADER = 24;
const BRANCH = 0x01;
const LEAF = 0x02;
const OVERFLOW = 0x04;
const HEAD = 0x08;
const BIG_DATA = 0x01;
const SUB_TREE = 0x02;
/** Flag of the tree of free pages: its keys are numbers. */
const NUMBER_KEYS = 0x08;
/** The head stands for a transaction that was not flushed when it was written; a power cut may have taken its pages. */
const NOT_FLUSHED = 0x1000;
const NO_PAGE = 0xffffffffffffffffn;
const SMALLEST_PAGE = 512;
const LARGEST_PAGE = 65_536;

/** Thrown inside: what is wrong with the file. */
class Damage extends Error {}

interface Tree {
  readonly flags: number;
  readonly depth: number;
  readonly branches: bigint;
  readonly leaves: bigint;
  readonly entries: bigint;
  readonly root: bigint;
}

interface Head {
  readonly pageSize: number;
  readonly mapSize: bigint;
  readonly free: Tree;
  readonly main: Tree;
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

interface Counted {
  branches: bigint;
  leaves: bigint;
  entries: bigint;
}

/** What makes the file no database that can be opened, as half a sentence; null when nothing is wrong. */
export function findDamage(file: string): string | null {
  const descriptor = openSync(file, "r");
  try {
    const size = fstatSync(descriptor).size;
    if (size === 0) {
      return null;
    }
    let before: bigint | null = null;
    try {
      const pages = new DatabaseFile(descriptor, size);
      const heads = pages.readHeads();
      if (heads === null) {
        return null;
      }
      before = latestOf(heads).transaction;
      pages.check(heads);
      return null;
    } catch (error) {
      if (error instanceof Damage) {
        return isBeingWritten(descriptor, before) ? null : error.message;
      }
      throw error;
    }
  } finally {
    closeSync(descriptor);
  }
}

const latestOf = ([a, b]: readonly [Head, Head]): Head => (a.transaction >= b.transaction ? a : b);

/** Whether somebody has this database open and goes on; who owns it is decided when it is opened. */
function isBeingWritten(descriptor: number, before: bigint | null): boolean {
  try {
    const heads = new DatabaseFile(descriptor, fstatSync(descriptor).size).readHeads();
    return before !== null && heads !== null && latestOf(heads).transaction !== before;
  } catch {
    return false;
  }
}

class DatabaseFile {
  readonly #descriptor: number;
  readonly #size: number;
  #pageSize = 0;
  #lastPage = 0n;
  #isWhole = true;

  constructor(descriptor: number, size: number) {
    this.#descriptor = descriptor;
    this.#size = size;
  }

  /** Both heads; null for a layout of another build of the library, which that build has to judge. */
  readHeads(): [Head, Head] | null {
    const start = this.#read(0, PAGE_HEADER + 64);
    if ([8, 16].some((at) => start.readUInt32LE(at) === MAGIC)) {
      return null;
    }
    const first = this.#readHead(0, 0);
    return [first, this.#readHead(1, first.pageSize)];
  }

  check(heads: readonly [Head, Head]): void {
    const [first, second] = heads;
    heads.forEach((head, index) => checkHead(head, index));
    if (first.pageSize !== second.pageSize || flagsDiffer(first, second)) {
      throw new Damage("its two heads do not fit each other");
    }
    const latest = latestOf(heads);
    const isFlushed = heads.every(({ free }) => (free.flags & NOT_FLUSHED) === 0);
    if (!isFlushed) {
      // The library takes an older, flushed state after a power cut.
      return;
    }
    const distance = first.transaction - second.transaction;
    if (distance > 1n || distance < -1n) {
      throw new Damage("its two heads are not of successive transactions");
    }
    this.#pageSize = latest.pageSize;
    this.#lastPage = latest.lastPage;
    this.#isWhole = BigInt(this.#size) >= (latest.lastPage + 1n) * BigInt(latest.pageSize);
    this.#checkTree(latest.free, false);
    this.#checkTree(latest.main, true);
  }

  #readHead(index: number, offset: number): Head {
    const page = this.#read(offset, PAGE_HEADER + 144);
    const isHead =
      page.readBigUInt64LE(0) === BigInt(index) &&
      page.readUInt16LE(18) === HEAD &&
      page.readUInt32LE(PAGE_HEADER) === MAGIC;
    if (!isHead) {
      throw new Damage(`its head ${index} is none`);
    }
    const pageSize = page.readUInt32LE(PAGE_HEADER + 24);
    const isSize =
      pageSize >= SMALLEST_PAGE &&
      pageSize <= LARGEST_PAGE &&
      (pageSize & (pageSize - 1)) === 0 &&
      page.readUInt16LE(PAGE_HEADER + 4) === 2;
    if (!isSize) {
      throw new Damage(`its head ${index} is of no known form`);
    }
    return {
      pageSize,
      mapSize: page.readBigUInt64LE(PAGE_HEADER + 16),
      free: treeAt(page, PAGE_HEADER + 24),
      main: treeAt(page, PAGE_HEADER + 72),
      lastPage: page.readBigUInt64LE(PAGE_HEADER + 120),
      transaction: page.readBigUInt64LE(PAGE_HEADER + 128),
    };
  }

  /** Walks a whole tree of the head, whose size the head says, and of the tables below it what is needed (D2). */
  #checkTree(tree: Tree, hasTables: boolean): void {
    const counted: Counted = { branches: 0n, leaves: 0n, entries: 0n };
    if (tree.root !== NO_PAGE) {
      this.#walk(tree.root, tree.depth, counted, hasTables, true);
    }
    if (
      counted.entries !== tree.entries ||
      counted.leaves !== tree.leaves ||
      counted.branches !== tree.branches
    ) {
      throw new Damage("it holds another number of pages or rows than its head says");
    }
  }

  #checkTable(tree: Tree): void {
    if (tree.root !== NO_PAGE) {
      const counted: Counted = { branches: 0n, leaves: 0n, entries: 0n };
      this.#walk(tree.root, tree.depth, counted, false, !this.#isWhole);
    }
  }

  /** `depth` counts the levels from this page down. With `hasLeaves` leaves are read too, not only the way to them. */
  #walk(
    number: bigint,
    depth: number,
    counted: Counted,
    hasTables: boolean,
    hasLeaves: boolean,
  ): void {
    const page = this.#page(number);
    const isLeaf = depth === 1;
    if (page.readUInt16LE(18) !== (isLeaf ? LEAF : BRANCH)) {
      throw new Damage(`page ${number} is not of the kind that its place asks for`);
    }
    const nodes = nodesOf(page, number);
    if (isLeaf) {
      counted.leaves += 1n;
      counted.entries += BigInt(nodes.length);
      nodes.forEach((node) => this.#checkNode(page, node, hasTables));
      return;
    }
    counted.branches += 1n;
    for (const node of nodes) {
      const child = BigInt(page.readUInt32LE(node)) + (BigInt(page.readUInt16LE(node + 4)) << 32n);
      if (depth > 2 || hasLeaves) {
        this.#walk(child, depth - 1, counted, hasTables, hasLeaves);
      } else {
        this.#checkRange(child);
      }
    }
  }

  /** An entry of a leaf: it may refer to a table or to pages that hold a long value. */
  #checkNode(page: Buffer, node: number, hasTables: boolean): void {
    const flags = page.readUInt16LE(node + 4);
    const data = node + 8 + page.readUInt16LE(node + 6);
    if (data > page.length || (flags & (BIG_DATA | SUB_TREE) && data + 24 > page.length)) {
      throw new Damage("an entry reaches beyond its page");
    }
    if (hasTables) {
      if ((flags & SUB_TREE) === 0 || data + 48 > page.length) {
        throw new Damage("its list of tables holds something else");
      }
      this.#checkTable(treeAt(page, data));
    } else if ((flags & BIG_DATA) !== 0) {
      const first = page.readBigUInt64LE(data);
      this.#checkRange(first + page.readBigUInt64LE(data + 16) - 1n);
      if (this.#page(first).readUInt16LE(18) !== OVERFLOW) {
        throw new Damage(`page ${first} is not of the kind that its place asks for`);
      }
    }
  }

  #checkRange(number: bigint): void {
    if (
      number < 2n ||
      number > this.#lastPage ||
      (number + 1n) * BigInt(this.#pageSize) > BigInt(this.#size)
    ) {
      throw new Damage(
        `page ${number} is missing: the file ends after ${Math.floor(this.#size / this.#pageSize)}`,
      );
    }
  }

  #page(number: bigint): Buffer {
    this.#checkRange(number);
    const page = this.#read(Number(number) * this.#pageSize, this.#pageSize);
    if (page.readBigUInt64LE(0) !== number) {
      throw new Damage(`page ${number} says that it is another`);
    }
    return page;
  }

  #read(offset: number, length: number): Buffer {
    const buffer = Buffer.alloc(length);
    if (readSync(this.#descriptor, buffer, 0, length, offset) < length) {
      throw new Damage("the file is cut off");
    }
    return buffer;
  }
}

const treeAt = (page: Buffer, at: number): Tree => ({
  flags: page.readUInt16LE(at + 4),
  depth: page.readUInt16LE(at + 6),
  branches: page.readBigUInt64LE(at + 8),
  leaves: page.readBigUInt64LE(at + 16),
  entries: page.readBigUInt64LE(at + 32),
  root: page.readBigUInt64LE(at + 40),
});

/** Places of the entries of a branch or leaf. */
function nodesOf(page: Buffer, number: bigint): number[] {
  const lower = page.readUInt16LE(20);
  const upper = page.readUInt16LE(22);
  if (lower % 2 === 1 || lower > upper || upper + PAGE_HEADER > page.length) {
    throw new Damage(`page ${number} has no order`);
  }
  return Array.from({ length: lower / 2 }, (_, index) => {
    const at = page.readUInt16LE(PAGE_HEADER + 2 * index) + PAGE_HEADER;
    if (at + 8 > page.length) {
      throw new Damage(`page ${number} has an entry beyond its end`);
    }
    return at;
  });
}

function checkHead(head: Head, index: number): void {
  const { transaction, lastPage, pageSize, mapSize, free, main } = head;
  const isFresh = transaction === 0n;
  const fits =
    (isFresh || transaction % 2n === BigInt(index)) &&
    lastPage >= 1n &&
    (lastPage + 1n) * BigInt(pageSize) <= mapSize &&
    (free.flags & 0xff) === NUMBER_KEYS &&
    main.flags === 0 &&
    [free, main].every(
      ({ depth, entries, root }) =>
        (root === NO_PAGE) === (depth === 0) &&
        (root === NO_PAGE) === (entries === 0n) &&
        (root === NO_PAGE || (root >= 2n && root <= lastPage)),
    );
  if (!fits) {
    throw new Damage(`its head ${index} contradicts itself`);
  }
}

const flagsDiffer = (a: Head, b: Head): boolean =>
  ((a.free.flags ^ b.free.flags) & ~NOT_FLUSHED) !== 0;
