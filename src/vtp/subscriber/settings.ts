import { z } from 'zod';
import { durationField } from '../../config/fields.ts';
import { brokerField, expectField, maxFrameField } from '../fields.ts';
import { MAX_FILTER_LENGTH, MAX_FILTERS } from '../message.ts';
import { clientTlsSchema } from '../tls-settings.ts';
import { DIALECTS } from './session.ts';

/** Options of a source of type `vtp`. */
export function vtpSourceSchema(baseDirectory: string) {
  return z.strictObject({
    type: z.literal('vtp').describe('A VOEvent broker, spoken to over VTP (the VOEvent Transport Protocol).'),
    brokers: z
      .array(brokerField(baseDirectory))
      .min(1, 'Name at least one broker, as HOST:PORT.')
      .describe(
        'The brokers, as HOST:PORT, or unix:PATH for a Unix-domain socket. Tried in turn: when one fails the next takes its place.',
      ),
    dialect: z
      .enum(DIALECTS)
      .default('vtp')
      .describe(
        'How to speak: vtp is the standard (VTP 2.0); mini-interop is what the eSTAR client spoke in 2006, for brokers that know nothing else.',
      ),
    maxFrame: maxFrameField(
      'The largest message that is kept, in bytes. A larger one is discarded, and the log says so.',
    ),
    silence: durationField()
      .prefault('150s')
      .describe(
        'A broker that sends nothing for this long, not even an iamalive, is taken for dead. Brokers send one each 60 to 90 s.',
      ),
    grace: durationField()
      .prefault('3m')
      .describe(
        'How long nothing may come, not even an iamalive, and no connection come about, before the source is red on the status page and the daemon not ready.',
      ),
    expect: expectField(),
    connectTimeout: durationField().prefault('10s').describe('How long a connection may take to open.'),
    reconnect: z
      .strictObject({
        initial: durationField()
          .prefault('1s')
          .describe('The first wait before connecting again; it doubles each time.'),
        max: durationField().prefault('60s').describe('The longest wait before connecting again.'),
      })
      .prefault({})
      .describe('When to connect again once every broker of the list has failed.'),
    filters: z
      .array(z.string().min(1).max(MAX_FILTER_LENGTH))
      .max(MAX_FILTERS)
      .default([])
      .describe(
        'Ask the broker for events of which at least one of these XPath 1.0 expressions holds, such as //Param[@name="TrigID"]. Comet and voeventd heed them, other brokers send everything.',
      ),
    tls: z
      .union([z.boolean(), clientTlsSchema(baseDirectory)])
      .prefault(false)
      .describe('Connect with TLS: true, or the files to use.'),
  });
}
