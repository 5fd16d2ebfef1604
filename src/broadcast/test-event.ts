import { compose } from '../alert/compose/compose.ts';
import { parseIvoid } from '../alert/ivoid.ts';
import { VERSION } from '../common/version.ts';

/**
 * The event that a broker makes now and then, so that its subscribers see that the chain works.
 *
 * @param identity the broker's, an IVOA identifier
 */
export function composeTestEvent(identity: string, now: Date): string {
  const time = now.toISOString().replace(/\.\d+Z$/, '');
  const { authority = 'voeventd', path = '' } = parseIvoid(identity) ?? {};
  return compose(
    {
      ivorn: `ivo://${authority}${path === '' ? '/broadcast' : path}#TestEvent-${time}Z`,
      role: 'test',
      author: { ivorn: identity },
      date: time,
      description: `A test of the broker ${identity} by voeventd ${VERSION}. Nothing has happened in the sky.`,
    },
    { version: '2.0' },
  );
}
