import type { Author } from '../model.ts';
import { present } from '../present.ts';
import { normaliseTime } from '../time.ts';
import { attributeOf, childOf, childrenOf, find, textAt, type XmlElement } from '../xml/xml.ts';

/** `Who` (VOEvent 2.0 §3.2); drafts before 1.0 called it `Curation`. */
function whoOf(root: XmlElement): XmlElement | undefined {
  return childOf(root, 'Who') ?? childOf(root, 'Curation');
}

/** When the packet was written. */
export function readDate(root: XmlElement): string | undefined {
  return normaliseTime(textAt(whoOf(root), 'Date'));
}

/** Who wrote it: `AuthorIVORN` and `Author`; in 1.0 `PublisherID` (drafts: `Publisher`) and `Contact`. */
export function readAuthor(root: XmlElement): Author | undefined {
  const who = whoOf(root);
  const person = childOf(who, 'Author');
  const contacts = childrenOf(who, 'Contact');
  const contact = contacts.find((one) => attributeOf(one, 'principalContact') === 'true') ?? contacts[0];
  const title = textAt(person, 'title');
  const publisher = textAt(who, 'PublisherID') ?? textAt(who, 'Publisher');
  const author: Author = present({
    ivorn: textAt(who, 'AuthorIVORN') ?? publisher,
    name: textAt(person, 'shortName') ?? title ?? textAt(contact, 'Institution'),
    title,
    contact: textAt(person, 'contactName') ?? textAt(contact, 'Name'),
    email: textAt(person, 'contactEmail') ?? textBelow(contact, 'Email'),
    phone: textAt(person, 'contactPhone') ?? textBelow(contact, 'Telephone'),
  });
  return Object.keys(author).length === 0 ? undefined : author;
}

/** VOEvent 1.0 put them into a `Communication`, drafts directly into `Contact`. */
function textBelow(element: XmlElement | undefined, name: string): string | undefined {
  return textAt(find(element, name));
}
