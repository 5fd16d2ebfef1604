import assert from 'node:assert/strict';
import test from 'node:test';
import { isAlertIvoid, isIvoid, ivornProblem, parseIvoid } from '../../src/alert/ivoid.ts';

test('identifiers of the standard’s kinds are read into their parts', () => {
  // IVOA Identifiers 2.0: a registry reference, a data set (§4.1), a standard (§4.2), and a part of a data set.
  assert.deepEqual(parseIvoid('ivo://org.gavo.dc'), {
    ...{ authority: 'org.gavo.dc', path: '', query: undefined, fragment: undefined },
  });
  assert.deepEqual(parseIvoid('ivo://org.gavo.dc/~?feros/data/f89411.vot#spectral'), {
    ...{ authority: 'org.gavo.dc', path: '/~', query: 'feros/data/f89411.vot', fragment: 'spectral' },
  });
  assert.deepEqual(parseIvoid('ivo://ivoa.net/std/RegTAP#1.0'), {
    ...{ authority: 'ivoa.net', path: '/std/RegTAP', query: undefined, fragment: '1.0' },
  });
  assert.deepEqual(parseIvoid('IVO://ivoa.net/SSO'), {
    ...{ authority: 'ivoa.net', path: '/SSO', query: undefined, fragment: undefined },
  });
});

test('identifiers that alerts really have are identifiers', () => {
  for (const ivorn of [
    'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_532871-729',
    'ivo://nasa.gsfc.gcn/Fermi#GBM_Alert_2018-01-16T00:36:52.81_537755817_1-994',
    'ivo://gwnet/LVC#S190425z-1-Initial',
    'ivo://uk.org.estar/pl.edu.ogle#ogle/2006-BLG-345/0',
    "ivo://org.example/a+b=c,d;e@f(g)!h*i'j#k?l/m%20n",
  ]) {
    assert.ok(isIvoid(ivorn), ivorn);
    assert.ok(isAlertIvoid(ivorn, '2.0'), ivorn);
  }
});

test('what the standard forbids is no identifier', () => {
  for (const text of [
    '',
    'org.example/a#1',
    'http://org.example/a#1',
    'ivo:/org.example/a#1',
    'ivo://ab/a#1',
    'ivo://.org/a#1',
    'ivo://org example/a#1',
    'ivo://org.example:80/a#1',
    'ivo://user@org.example/a#1',
    // §2: no percent-encoding before the local part.
    'ivo://org.example/%64oes/exist#1',
    'ivo://org.example/a//b#1',
    'ivo://org.example/a/#1',
    'ivo://org.example/./a#1',
    'ivo://org.example/a/..#1',
    'ivo://org.example/a#1#2',
    'ivo://org.example/a#1 2',
    'ivo://org.example/a#100%',
    'ivo://org.example/a#1\n',
    'ivo://org.example/é#1',
  ]) {
    assert.ok(!isIvoid(text), text);
  }
});

test('an alert is named by a path and a local part; 2.1 takes a query for one', () => {
  assert.ok(!isAlertIvoid('ivo://org.example/a', '2.1'));
  assert.ok(!isAlertIvoid('ivo://org.example#1', '2.1'));
  assert.ok(!isAlertIvoid('ivo://org.example/a#', '2.1'));
  assert.ok(!isAlertIvoid('ivo://org.example/a?', '2.1'));
  assert.ok(isAlertIvoid('ivo://org.example/a?1', '2.1'));
  assert.ok(!isAlertIvoid('ivo://org.example/a?1', '2.0'));
  assert.ok(isAlertIvoid('ivo://org.example/a?1#2', '2.0'));
});

test('a long text is refused as fast as a short one', () => {
  const started = performance.now();
  assert.ok(!isIvoid(`ivo://org.example${'/a'.repeat(100_000)} `));
  assert.ok(!isIvoid(`ivo://${'a'.repeat(200_000)}#${'%41'.repeat(50_000)}%`));
  assert.ok(performance.now() - started < 2_000);
});

test('what an author is told of an identifier', () => {
  for (const ivorn of [
    'ivo://org.example/a#1',
    ' ivo://org.example#1 ',
    'ivo://org.example/a?1',
    'ivo://org.example/.a#..',
  ]) {
    assert.equal(ivornProblem(ivorn, '2.0'), undefined, ivorn);
  }
  // The examples of VOEvent 2.1 have no local part.
  assert.equal(ivornProblem('ivo://org.example/a/1::v1.0', '2.1'), undefined);
  assert.match(ivornProblem('ivo://org.example/a/1', '2.0') ?? '', /names no event: there is nothing after a #/);
  assert.match(ivornProblem('ivo://ab/c#1', '2.1') ?? '', /^Its ivorn ivo:\/\/ab\/c#1 is no IVOA identifier/);
  assert.equal(ivornProblem(undefined, '2.0'), 'It has no ivorn');
  assert.equal(ivornProblem(' ', '2.0'), 'It has no ivorn');
  assert.ok((ivornProblem('x'.repeat(100_000), '2.0') ?? '').length < 400);
});
