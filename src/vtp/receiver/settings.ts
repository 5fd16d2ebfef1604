import { z } from 'zod';
import { durationField, durationOrFalseField } from '../../config/fields.ts';
import { SUBMIT_PORT } from '../address.ts';
import { allowField, expectField, listenField, maxFrameField } from '../fields.ts';
import { serverTlsSchema } from '../tls-settings.ts';

/** Options of a source of type `receiver`. */
export function receiverSourceSchema(baseDirectory: string) {
  return z.strictObject({
    type: z.literal('receiver').describe('Takes events from authors, as a broker does (VTP 2.0 §7.2).'),
    listen: listenField(baseDirectory, SUBMIT_PORT).describe(
      'Where authors connect, as ADDRESS:PORT, or unix:PATH for a Unix-domain socket. 0.0.0.0 is every IPv4 address of this host, [::] every address, and port 0 a free one.',
    ),
    allow: allowField('authors'),
    validate: z
      .boolean()
      .default(true)
      .describe(
        'Whether an event must keep to the schema of the VOEvent version it claims. Without it an event must still be well-formed and bear an IVOA identifier.',
      ),
    keepOpen: durationOrFalseField()
      .prefault(false)
      .describe(
        'How long an author may be silent before its connection is closed, so that it can send several events on one. false closes after the first, as VTP says.',
      ),
    timeout: durationField()
      .prefault('20s')
      .describe('How long an author may take to send a whole event, and to begin with the first.'),
    expect: expectField(),
    maxFrame: maxFrameField('The largest event that is taken, in bytes. A larger one is refused with the reason.'),
    maxConnections: z.int().min(1).max(10_000).default(64).describe('How many authors may be connected at once.'),
    maxPerAddress: z.int().min(1).max(10_000).default(16).describe('How many connections one address may have.'),
    rate: z
      .strictObject({
        perSecond: z.number().positive().max(1_000_000).default(1_000).describe('Events a second, in the long run.'),
        burst: z.int().min(1).max(10_000_000).default(10_000).describe('Events at once, after a quiet time.'),
      })
      .prefault({})
      .describe(
        'How many events one address may send. What comes faster gets no answer, and is sent again by its author.',
      ),
    tls: serverTlsSchema(baseDirectory)
      .optional()
      .meta({ sample: { cert: '/etc/voeventd/cert.pem', key: '/etc/voeventd/key.pem' } })
      .describe('Listen with TLS, with these files. Without it, plain TCP.'),
  });
}
