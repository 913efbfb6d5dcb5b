const WIDTH_BITS = 160;
const SHIFT_BITS = 11;

/** OneDrive's and SharePoint's checksum in base64. https://learn.microsoft.com/onedrive/developer/code-snippets/quickxorhash */
export function quickXorHash(bytes: Uint8Array): string {
  const cells = Buffer.alloc(WIDTH_BITS / 8);
  let bit = 0;
  for (const byte of bytes) {
    const cell = bit >> 3;
    const shifted = byte << (bit & 7);
    const next = (cell + 1) % cells.length;
    cells[cell] = (cells[cell] ?? 0) ^ (shifted & 0xff);
    cells[next] = (cells[next] ?? 0) ^ (shifted >> 8);
    bit = (bit + SHIFT_BITS) % WIDTH_BITS;
  }
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  const start = cells.length - length.length;
  length.forEach((byte, index) => {
    cells[start + index] = (cells[start + index] ?? 0) ^ byte;
  });
  return cells.toString("base64");
}
