import { createHash } from 'node:crypto';
import type { SendMailOptions } from 'nodemailer';
import type { Alert, Context } from '../../src/plugin/api.ts';
import { titleOf } from '../shared/alert-words.ts';
import { deliveryKey } from '../shared/delivery-key.ts';
import { oneLine, paragraph } from '../shared/text.ts';
import type { Options } from './options.ts';
import { textOf } from './text.ts';

const LONGEST_SUBJECT = 200;
/** Of a value that is filled into a template. */
const LONGEST_VALUE = 10_000;

/** A mail of the alert: the same at each attempt but for its date. */
export function messageFor(alert: Alert, context: Context<Options>): SendMailOptions {
  const { config, packet, delivery, attempt } = context;
  const thread = identifier(['thread', alert.thread], config);
  const own = config.text?.render(alert, (value) => paragraph(value, LONGEST_VALUE), context.because);
  return {
    from: config.from,
    to: [...config.to],
    subject: subjectFor(alert, context),
    text: own ?? textOf(alert, context),
    // The same for each attempt: a mailbox that has got it already knows it.
    messageId: identifier([deliveryKey(alert, context), ...config.to.map(({ address }) => address)], config),
    // Of no mail that there is, but the same for all about one event, by which mail programs put them together.
    inReplyTo: thread,
    references: [thread],
    headers: {
      // RFC 3834: so that no holiday notice comes back.
      'Auto-Submitted': 'auto-generated',
      'X-Voeventd-Delivery': delivery,
      'X-Voeventd-Attempt': String(attempt),
    },
    attachments: config.attach ? [attachment(alert, packet)] : [],
  };
}

export function subjectFor(alert: Alert, { config, because }: Context<Options>): string {
  const own = config.subject?.render(alert, (value) => oneLine(value, LONGEST_SUBJECT), because);
  const mark = because === undefined ? '' : 'Failed: ';
  return oneLine(own ?? `${mark}${titleOf(alert)}`, LONGEST_SUBJECT);
}

function attachment({ id, format }: Alert, packet: Uint8Array) {
  const [extension, contentType] = format === 'voevent' ? ['xml', 'application/xml'] : ['json', 'application/json'];
  return { filename: `${id}.${extension}`, content: Buffer.from(packet), contentType };
}

/** RFC 5322 §3.6.4: what stands for this and nothing else, at the sender's domain. */
function identifier(of: readonly string[], { from: { address } }: Options): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([address, ...of]))
    .digest('hex')
    .slice(0, 40);
  return `<${hash}.voeventd@${address.slice(address.lastIndexOf('@') + 1)}>`;
}
