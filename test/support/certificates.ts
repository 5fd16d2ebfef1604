import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope } from './executable.ts';

/**
 * Why the tests of TLS cannot run, or false when they can: certificates are made with the openssl command.
 *
 * @throws Error with `CI=true`, where it must be there
 */
export function opensslOrSkip(): string | false {
  if (spawnSync('openssl', ['version']).status === 0) return false;
  const reason = 'there is no openssl command';
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}

/** The names of PEM files, and what is in them. */
export interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  /** An authority, and another one. */
  readonly authority: Pair;
  readonly stranger: Pair;
  /** Of 127.0.0.1 and ::1, by the authority. */
  readonly server: Pair;
  /** By the authority, and by the other one. */
  readonly client: Pair;
  readonly strangersClient: Pair;
}

/** Makes certificates, that are gone after the test. */
export function makeCertificates(context: Scope): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-tls-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const certify = (name: string, by?: Pair): Pair => {
    const [certFile, keyFile] = [join(directory, `${name}.pem`), join(directory, `${name}.key`)];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    const signed = by === undefined ? [] : ['-CA', by.certFile, '-CAkey', by.keyFile];
    const names = by === undefined ? [] : ['-addext', 'subjectAltName=IP:127.0.0.1,IP:::1'];
    const request = ['req', '-x509', '-days', '2', '-subj', `/CN=${name}`, '-out', certFile];
    execFileSync('openssl', [...request, ...key, ...signed, ...names], { stdio: 'ignore' });
    return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  };
  const [authority, stranger] = [certify('authority'), certify('stranger')];
  return {
    authority,
    stranger,
    server: certify('server', authority),
    client: certify('client', authority),
    strangersClient: certify('strangers-client', stranger),
  };
}
