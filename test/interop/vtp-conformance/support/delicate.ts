import { MAXIMAL_1_1, MAXIMAL_2_0, MAXIMAL_2_1 } from '../../../support/maximal.ts';
import { changed, event } from './documents.ts';

const COMMENT = '<!-- not <voe:VOEvent> but a comment -->';

/** Valid events, each of which somebody who re-writes XML, text or line ends would not hand on as it is. */
export function delicateEvents(): ReadonlyMap<string, Buffer> {
  const described = (name: string) => event(name, { what: '<Description>Véga, α Lyræ</Description>' });
  return new Map([
    ['utf-8', described('utf-8')],
    ['utf-8-with-mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), described('utf-8-with-mark')])],
    [
      'latin-1',
      Buffer.from(
        changed(event('latin-1', { what: '<Description>Véga</Description>' }), 'UTF-8', 'ISO-8859-1').toString(),
        'latin1',
      ),
    ],
    ['utf-16', utf16('utf-16')],
    ['utf-16be', utf16('utf-16be').swap16()],
    ['without-declaration', changed(event('without-declaration'), /^<\?xml.*\?>\n/, '')],
    ['single-quotes', changed(event('single-quotes'), /="([^"]*)"/g, "='$1'")],
    ['crlf', changed(event('crlf'), /\n/g, '\r\n')],
    ['tabs-and-spaces', changed(event('tabs-and-spaces'), / {2}/g, '\t   ')],
    [
      'spaces-in-tags',
      changed(changed(event('spaces-in-tags'), /" /g, '"\n\t '), '</voe:VOEvent>', '</voe:VOEvent  >'),
    ],
    ['space-after-the-end', Buffer.concat([event('space-after-the-end'), Buffer.from(' \n\r\n\t')])],
    ['comment-before', changed(event('comment-before'), '<voe:VOEvent', `${COMMENT}\n<?target data?>\n<voe:VOEvent`)],
    ['comment-after', Buffer.concat([event('comment-after'), Buffer.from(COMMENT)])],
    ['comment-inside', event('comment-inside', { what: COMMENT })],
    ['references', event('references', { what: '<Description>&#x3b1; &#945; &amp;amp; &lt;b&gt;</Description>' })],
    ['cdata', event('cdata', { what: '<Description><![CDATA[<b> & ]]]]><![CDATA[>]]></Description>' })],
    [
      'empty-elements',
      event('empty-elements', { what: '<Param name="a" value=""></Param><Param name="b" value=""/>' }),
    ],
    ['other-prefix', changed(event('other-prefix'), /(?<=[<:/])voe/g, 'sky')],
    ['version-1.1', Buffer.from(MAXIMAL_1_1)],
    ['version-2.0', Buffer.from(MAXIMAL_2_0)],
    ['version-2.1', Buffer.from(MAXIMAL_2_1)],
    ['large', event('large', { what: `<Description>${'0123456789 '.repeat(40_000)}</Description>` })],
  ]);
}

/** Least significant byte first, with its mark. */
function utf16(name: string): Buffer {
  const text = event(name, { what: '<Description>Véga, α Lyræ 🌟</Description>' }).toString();
  return Buffer.from(`\ufeff${text.replace('UTF-8', 'UTF-16')}`, 'utf16le');
}
