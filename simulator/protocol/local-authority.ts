import { webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// The certificate library below finds its parts by decorators and needs this first.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

const DAY_MS = 24 * 60 * 60_000;
const AUTHORITY_DAYS = 3_650;
/** Apple's limit for certificates that browsers accept. */
const SERVER_DAYS = 397;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const EXTRACTABLE = true;
const NAMES: x509.JsonGeneralNames = [
  { type: "dns", value: "localhost" },
  { type: "ip", value: "127.0.0.1" },
  { type: "ip", value: "::1" },
];

/** What an HTTPS server of this machine presents, and whom its clients must trust. */
export interface TlsIdentity {
  /** PEM: the server's certificate and its private key. */
  readonly certificate: string;
  readonly key: string;
  /** Path of the authority's certificate (PEM). */
  readonly authorityFile: string;
}

/**
 * The certificate authority of a data directory, made at the first start, and a new certificate of it for `localhost`
 * and 127.0.0.1. The server's key is never written; the authority's is readable to its owner only. Dates are those of
 * the real world: clients check them by their own clocks.
 */
export async function openTlsIdentity(directory: string): Promise<TlsIdentity> {
  x509.cryptoProvider.set(webcrypto);
  const authorityFile = join(directory, "ca.pem");
  const keyFile = join(directory, "ca-key.pem");
  if (!existsSync(authorityFile) || !existsSync(keyFile)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    await createAuthority(authorityFile, keyFile);
  }
  const authority = new x509.X509Certificate(readFileSync(authorityFile, "utf8"));
  const signingKey = await importKey(readFileSync(keyFile, "utf8"));
  const keys = await createKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: "CN=localhost, O=Microsoft Graph simulator",
    issuer: authority.subject,
    ...validFor(SERVER_DAYS),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(NAMES),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: await exportKey(keys.privateKey),
    authorityFile,
  };
}

async function createAuthority(authorityFile: string, keyFile: string): Promise<void> {
  const keys = await createKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // The number tells the authorities of several data directories apart in a person's list of trusted ones.
    name: `CN=Microsoft Graph simulator ${serialNumber().slice(0, 8)}, O=Local development only`,
    ...validFor(AUTHORITY_DAYS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  writeWhole(keyFile, await exportKey(keys.privateKey), 0o600);
  writeWhole(authorityFile, `${certificate.toString("pem")}\n`, 0o644);
}

function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, EXTRACTABLE, ["sign", "verify"]);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = await webcrypto.subtle.exportKey("pkcs8", key);
  return `${x509.PemConverter.encode(bytes, "PRIVATE KEY")}\n`;
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const bytes = x509.PemConverter.decodeFirst(pem);
  return webcrypto.subtle.importKey("pkcs8", bytes, ALGORITHM, false, ["sign"]);
}

/** An hour of the past allows for clocks that disagree. */
function validFor(days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - 60 * 60_000), notAfter: new Date(now + days * DAY_MS) };
}

/** 16 random bytes that are a positive number. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}

function writeWhole(file: string, text: string, mode: number): void {
  writeFileSync(`${file}.part`, text, { mode });
  renameSync(`${file}.part`, file);
}
