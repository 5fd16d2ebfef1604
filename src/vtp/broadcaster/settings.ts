import { z } from 'zod';
import { durationField, durationOrFalseField } from '../../config/fields.ts';
import { SUBSCRIBE_PORT } from '../address.ts';
import { allowField, listenField } from '../fields.ts';
import { serverTlsSchema } from '../tls-settings.ts';

/** Options of `broadcast`. */
export function broadcastSchema(baseDirectory: string) {
  return z.strictObject({
    listen: listenField(baseDirectory, SUBSCRIBE_PORT).describe(
      'Where subscribers connect, as ADDRESS:PORT, or unix:PATH for a Unix-domain socket. 0.0.0.0 is every IPv4 address of this host, [::] every address, and port 0 a free one.',
    ),
    allow: allowField('subscribers'),
    filter: z
      .string()
      .min(1, 'Write a condition, or leave filter out.')
      .optional()
      .meta({ sample: 'alert.role != "test"' })
      .describe(
        'What is handed on: a condition in CEL on the alert, as in a handler’s when. A value that the alert lacks makes it false. Without it every alert of every source is handed on.',
      ),
    compose: z
      .boolean()
      .default(false)
      .describe(
        'Whether alerts in other formats (JSON of GCN and LVK) are handed on too, as VOEvents made from them, for software that knows nothing else.',
      ),
    test: durationOrFalseField()
      .prefault('1h')
      .describe(
        'How often a test event of our own is made, kept and handed on, so that subscribers see that the chain works. Its role is test. false makes none.',
      ),
    iamalive: durationField()
      .prefault('60s')
      .describe(
        'How often a subscriber is asked whether it is alive. One that has not answered by the next time is dropped. Subscribers hang up after 90 to 150 s of silence.',
      ),
    maxUnacknowledged: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10)
      .describe('A subscriber that owes receipts for so many alerts sent longer than iamalive ago is dropped.'),
    maxQueue: z
      .int()
      .min(1_048_576)
      .max(1_073_741_824)
      .default(16_777_216)
      .describe(
        'Bytes of alerts that may wait in memory for a slow subscriber. What is more waits in the journal, and it gets everything in its order.',
      ),
    catchUp: durationOrFalseField()
      .prefault(false)
      .describe(
        'How long a subscriber that says who it is may be away and then get what it has missed. VTP knows no such thing; false begins with what comes.',
      ),
    maxConnections: z
      .int()
      .min(1)
      .max(100_000)
      .default(1_000)
      .describe('How many subscribers may be connected at once.'),
    maxPerAddress: z.int().min(1).max(100_000).default(256).describe('How many connections one address may have.'),
    tls: serverTlsSchema(baseDirectory)
      .optional()
      .meta({ sample: { cert: '/etc/voeventd/cert.pem', key: '/etc/voeventd/key.pem' } })
      .describe('Listen with TLS, with these files. Without it, plain TCP.'),
  });
}
