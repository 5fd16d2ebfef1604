import { messageOf } from '../../common/errors.ts';
import type { Alert } from '../model.ts';
import { compose } from './compose.ts';
import { type Draft, FORMAT_VERSIONS } from './draft.ts';
import { draftOfAlert } from './draft-of-alert.ts';

/** Who made the document: not the alert's own author, and not one node, since every node must make the same. */
const AUTHORITY = 'ivo://voeventd.composed';

/**
 * An alert that came in another format as a VOEvent, for software that knows nothing else. The same alert gives the same
 * bytes on every node, so that nodes that relay to each other know it again (VTP 2.0 §8). It is written in VOEvent 2.0,
 * or in 2.1 where 2.0 cannot say it.
 *
 * @throws Error when neither can
 */
export function composeForRelay(alert: Alert): string {
  // What is marked as a test elsewhere than in its role must not lose the mark.
  const role = alert.test ? 'test' : alert.role;
  const draft = { ...(draftOfAlert(alert) as object), ivorn: relayIvorn(alert), role } as Draft;
  let first: unknown;
  for (const version of FORMAT_VERSIONS) {
    try {
      return compose(draft, { version });
    } catch (error) {
      first ??= error;
    }
  }
  throw new Error(messageOf(first).replaceAll('\n', ' '), { cause: first });
}

/** The digest keeps apart what bears one name, such as the updates of one superevent. */
function relayIvorn({ stream, local, id }: Alert): string {
  const path = plain(stream.replace(/^ivo:\/\/[^/]+/, '')) || 'alerts';
  return `${AUTHORITY}/${path}#${plain(local)}-${id}`;
}

const plain = (text: string): string => text.replace(/[^\w.-]+/g, '_').replace(/^[_.]+|_+$/g, '');
