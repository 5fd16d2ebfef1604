import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { XmlDocument, XmlValidateError, XsdValidator } from 'libxml2-wasm';
import { createValidator, type Validator } from '../../src/alert/validate/validate.ts';
import { MAXIMAL_2_0, MAXIMAL_2_1 } from '../support/maximal.ts';
import { mutated, type Names, type Node, nodesOf, random, serialize, treeOf, VALUES } from '../support/mutations.ts';

// The official schemas, and real packets, are in ../shared/data.
const DATA = new URL('../../../shared/data/', import.meta.url);
const skip = existsSync(DATA) ? false : 'there is no ../shared/data';

const RANDOM_PACKETS = 3_000;

for (const [version, maximal] of [
  ['2.0', MAXIMAL_2_0],
  ['2.1', MAXIMAL_2_1],
] as const) {
  describe(`our schema of VOEvent ${version}`, { skip }, () => {
    const namespace = `http://www.ivoa.net/xml/VOEvent/v${version}`;
    let official: XsdValidator;
    let names: Names;
    let ours: Validator;
    let tree: Node;

    before(async () => {
      ours = await createValidator();
      const text = readFileSync(new URL(`schemas/VOEvent-v${version}.xsd`, DATA), 'utf8');
      official = XsdValidator.fromDoc(XmlDocument.fromString(text));
      names = { elements: named(text, 'element'), attributes: named(text, 'attribute'), words: allowed(text) };
      using document = XmlDocument.fromString(maximal);
      tree = treeOf(document);
    });

    const accepts = (document: XmlDocument): boolean => {
      try {
        official.validate(document);
        return true;
      } catch (error) {
        assert.ok(error instanceof XmlValidateError);
        return false;
      }
    };

    /** Fails when the verdicts differ; gives them. */
    const verdict = (packet: string): boolean => {
      using document = XmlDocument.fromString(packet);
      const expected = accepts(document);
      const validity = ours.validate(document);
      const told = validity?.problems.map(({ message }) => message).join('; ');
      if (validity?.valid !== expected) assert.fail(`official: ${expected}, ours: ${told}\n${packet}`);
      return expected;
    };

    it('accepts a packet that has every element and every attribute there is', () => {
      const nodes = nodesOf(tree);
      const has = { elements: nodes.map(({ name }) => name), attributes: nodes.flatMap((node) => node.attributes) };
      assert.ok(names.elements.length > 40 && names.attributes.length > 15, 'the official schema was read');
      assert.deepEqual(new Set(has.elements), new Set(names.elements));
      assert.deepEqual(new Set(has.attributes.map(([name]) => name)), new Set(names.attributes));
      assert.equal(verdict(maximal), true);
    });

    it('gives the verdict of the official one on real packets', () => {
      const folder = new URL('voevents/', DATA);
      const packets = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.xml'))
        .map((name) => readFileSync(new URL(name, folder), 'utf8'))
        .filter((packet) => packet.includes(`version="${version}" `) || packet.includes(namespace));
      assert.ok(packets.length > 0);
      for (const packet of packets) verdict(packet);
    });

    it('gives the verdict of the official one on every change of one thing', () => {
      const seen = new Set<string>();
      const changes = [...partsOf(tree), { ...tree, children: [] }].flatMap((part) => [
        ...singleChanges(part, names, seen),
      ]);
      const verdicts = changes.map((changed) => verdict(serialize(changed, namespace)));
      assertBoth(verdicts, 5_000);
    });

    it('gives the verdict of the official one on random changes', () => {
      const below = random(20_261_122);
      const seeds = [tree, ...partsOf(tree)];
      const verdicts = Array.from({ length: RANDOM_PACKETS }, () => {
        const seed = seeds[below(seeds.length)] ?? tree;
        return verdict(serialize(mutated(seed, names, below), namespace));
      });
      assertBoth(verdicts, RANDOM_PACKETS);
    });
  });
}

function named(schema: string, kind: string): string[] {
  return [
    ...new Set(schema.matchAll(new RegExp(`<xs:${kind} [^>]*?\\bname="(\\w+)"`, 'g')).map(([, name]) => name ?? '')),
  ];
}

function allowed(schema: string): string[] {
  return schema
    .matchAll(/<xs:enumeration value="([^"]+)"/g)
    .map(([, word]) => word ?? '')
    .toArray();
}

/** An agreement says something only where both verdicts are frequent: a fifth at least. */
function assertBoth(verdicts: readonly boolean[], least: number): void {
  const valid = verdicts.filter(Boolean).length;
  assert.ok(verdicts.length >= least, `${verdicts.length} packets`);
  assert.ok(
    valid > verdicts.length / 5 && valid < (verdicts.length * 4) / 5,
    `${valid} of ${verdicts.length} are valid`,
  );
}

/** The packet with one of its parts only: quicker to check, and a change is sooner where it matters. */
function partsOf(tree: Node): Node[] {
  return tree.children.map((child) => ({ ...tree, children: [child] }));
}

/** A copy of the tree in which the nth element is changed. */
function change(tree: Node, nth: number, how: (node: Node) => void): Node {
  const copy = structuredClone(tree);
  const node = nodesOf(copy)[nth];
  if (node !== undefined) how(node);
  return copy;
}

/** Each element left out, doubled or moved; then, once for each kind of element, everything put into it. */
function* singleChanges(tree: Node, names: Names, seen: Set<string>): Generator<Node> {
  for (const [nth, { name, attributes, children }] of nodesOf(tree).entries()) {
    for (const at of children.keys()) {
      yield change(tree, nth, (node) => node.children.splice(at, 1));
      yield change(tree, nth, (node) => node.children.push(...node.children.splice(at, 1)));
      yield change(tree, nth, (node) =>
        node.children.splice(at, 0, ...structuredClone(node.children.slice(at, at + 1))),
      );
    }
    for (const at of attributes.keys()) yield change(tree, nth, (node) => node.attributes.splice(at, 1));
    const kind = [name, ...attributes.map(([key]) => key), '/', ...children.map((child) => child.name)].join(' ');
    if (seen.has(kind)) continue;
    seen.add(kind);
    yield* insertions(tree, nth, names);
  }
}

function* insertions(tree: Node, nth: number, names: Names): Generator<Node> {
  const { attributes = [], children = [] } = nodesOf(tree)[nth] ?? {};
  yield change(tree, nth, (node) => Object.assign(node, { children: [], text: '' }));
  yield change(tree, nth, (node) => Object.assign(node, { children: [], text: ' ' }));
  for (const text of children.length === 0 ? VALUES : ['text']) {
    yield change(tree, nth, (node) => Object.assign(node, { text }));
  }
  for (const [at, [name, now]] of attributes.entries()) {
    // Where one of the schema's words stands, others may.
    const values = names.words.includes(now) ? [...VALUES, ...names.words] : VALUES;
    for (const value of values) yield change(tree, nth, (node) => node.attributes.splice(at, 1, [name, value]));
  }
  for (const name of names.attributes) {
    if (attributes.some(([key]) => key === name)) continue;
    yield change(tree, nth, (node) => node.attributes.push([name, '1']));
  }
  // Where no element stands, it is mostly because there may be none.
  for (const name of children.length > 0 ? names.elements : ['Description']) {
    yield change(tree, nth, (node) => node.children.push({ name, attributes: [], children: [], text: '' }));
  }
}
