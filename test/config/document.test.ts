import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigDocument, type ConfigPath } from '../../src/config/document.ts';
import { formatProblem, sortProblems } from '../../src/config/problem.ts';

const TEXT = `# a comment
identity: ivo://org.example/t
sources:
  campus: { type: vtp, brokers: ["a:1", 'b:2'] }
handlers:
  "slew":
    when: |
      alert.ra < 1.0
    with:
      command:
        - /bin/true
        - --now
`;

const document = (text = TEXT) => new ConfigDocument('/etc/voeventd/voeventd.yaml', text);

function placeOf(path: ConfigPath, text = TEXT): string {
  const { line, column } = document(text).problem(path, 'Wrong.');
  return `${line}:${column}`;
}

/** The faults of the YAML itself, as `LINE:COLUMN sentence`. */
function faults(text: string): string[] {
  const { problems, value } = document(text);
  if (problems.length > 0) assert.equal(value, undefined, 'A file that cannot be read has no value.');
  return problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('a value has its place in the file', () => {
  it('plain, quoted, in a block, in a flow map and in lists', () => {
    assert.equal(placeOf(['identity']), '2:11');
    assert.equal(placeOf(['sources', 'campus']), '4:11');
    assert.equal(placeOf(['sources', 'campus', 'type']), '4:19');
    assert.equal(placeOf(['sources', 'campus', 'brokers', 0]), '4:34');
    assert.equal(placeOf(['sources', 'campus', 'brokers', 1]), '4:41');
    assert.equal(placeOf(['handlers', 'slew', 'when']), '7:11');
    assert.equal(placeOf(['handlers', 'slew', 'with', 'command', 1]), '12:11');
  });

  it('or, where it is missing, that of the key of the map it is missing from', () => {
    assert.equal(placeOf(['sources', 'campus', 'tls', 'ca']), '4:3');
    assert.equal(placeOf(['handlers', 'slew', 'plugin']), '6:3');
    assert.equal(placeOf(['handlers', 'slew', 'with', 'environment']), '9:5');
    assert.equal(placeOf(['handlers', 'slew', 'with', 'command', 7]), '10:7');
    assert.equal(placeOf(['journal', 'path']), '2:1');
    assert.equal(placeOf([]), '2:1');
  });

  it('or, where it comes through an anchor, that of the reference', () => {
    const text = 'a: &x { deep: 1 }\nb: *x\nc:\n  <<: *x\n';
    assert.equal(placeOf(['b', 'deep'], text), '2:1');
    assert.deepEqual(document(text).value, { a: { deep: 1 }, b: { deep: 1 }, c: { deep: 1 } });
  });

  it('counts lines that end in CR LF, and characters, not bytes', () => {
    assert.equal(placeOf(['b'], 'a: é\r\nb: x\r\n'), '2:4');
    assert.equal(placeOf(['b'], '{ é: 𝛼, b: x }'), '1:13');
  });

  it('also in JSON', () => {
    assert.equal(placeOf(['a', 'b'], '{\n\t"a": { "b": 1 }\n}'), '2:14');
  });
});

describe('a key has its place in the file', () => {
  it('plain, quoted, in a flow map', () => {
    const at = (path: ConfigPath, key: string) => {
      const { line, column } = document().problemAtKey(path, key, 'Unknown.');
      return `${line}:${column}`;
    };
    assert.equal(at([], 'identity'), '2:1');
    assert.equal(at(['handlers'], 'slew'), '6:3');
    assert.equal(at(['sources', 'campus'], 'brokers'), '4:24');
    assert.equal(at(['handlers', 'slew'], 'no such key'), '7:5');
  });

  it('also when it is a number', () => {
    assert.equal(document('a: 1\n5: x\n').problemAtKey([], '5', 'Unknown.').line, 2);
  });
});

describe('a character of a text has its place in the file', () => {
  it('in a block, and the excerpt stands below the sentence', () => {
    const problem = document().problemInText(
      ['handlers', 'slew', 'when'],
      6,
      'An alert has no field.',
      'alert.ra\n      ^',
    );
    assert.equal(
      formatProblem(problem),
      '/etc/voeventd/voeventd.yaml:8:13: An alert has no field.\n    alert.ra\n          ^',
    );
  });

  it('or that of the value where the file has no text there', () => {
    assert.equal(document().problemInText(['sources'], 6, 'Wrong.', '').line, 4);
  });
});

describe('problems', () => {
  it('are sorted as they stand in the file', () => {
    const problems = [
      ['handlers', 'slew', 'when'],
      ['sources', 'campus', 'type'],
      ['sources', 'campus'],
      ['identity'],
    ].map((path) => document().problem(path, path.join('.')));
    assert.deepEqual(
      sortProblems(problems).map(({ message }) => message),
      ['identity', 'sources.campus', 'sources.campus.type', 'handlers.slew.when'],
    );
  });
});

describe('YAML that cannot be read', () => {
  it('is reported with its place, every fault of it', () => {
    assert.deepEqual(faults('a: "x\\q"\nb: %y\na: z\n'), [
      '1:6 \\q has no meaning between double quotes. Write \\\\ for a backslash, or use single quotes.',
      '2:4 Text that begins with % must be in quotes.',
      '3:1 The key a stands twice in one map. Remove one, or rename it.',
    ]);
  });

  it('is reported once a line', () => {
    assert.equal(faults('a: 1\n b: 2\n').length, 1);
  });

  it('may be a second document, but not the mark before the first', () => {
    assert.deepEqual(faults('---\na: 1\n'), []);
    assert.deepEqual(faults('a: 1\n---\nb: 1\n'), [
      '2:1 The file holds more than one YAML document. Remove the --- line.',
    ]);
  });

  it('may be a reference to nothing, a merge of nothing, or references without end', () => {
    assert.match(faults('a: 1\nb: *common\n')[0] ?? '', /^2:4 YAML reads \*common as a reference/);
    assert.match(faults('a: { <<: 5 }\n')[0] ?? '', /^1:1 The YAML cannot be read: Merge sources must be maps/);
    const levels = Array.from(
      { length: 12 },
      (_, n) => `l${n}: &l${n} [${Array(9).fill(n === 0 ? 'x' : `*l${n - 1}`)}]`,
    );
    assert.match(faults(levels.join('\n'))[0] ?? '', /^1:1 The YAML cannot be read: Excessive alias count/);
  });

  it('may be text that begins with an exclamation mark', () => {
    assert.match(
      faults('when: !has(alert.ra)\n')[0] ?? '',
      /^1:7 YAML reads !has\(alert\.ra\) as a tag.* in quotes\.$/,
    );
  });

  it('is empty without being a fault', () => {
    for (const text of ['', '\n', '# nothing\n', '---\n']) {
      assert.deepEqual(faults(text), []);
      assert.equal(document(text).value ?? null, null);
    }
  });
});

describe('a file', () => {
  it('that cannot be read is named, with the reason', () => {
    assert.throws(() => ConfigDocument.read('/nowhere/voeventd.yaml'), {
      name: 'UserError',
      code: 'config.read',
      message: 'Cannot read the configuration /nowhere/voeventd.yaml: no such file or directory (ENOENT).',
    });
    assert.throws(() => ConfigDocument.read('/'), /^UserError: Cannot read the configuration \/: it is a directory/);
  });
});
