import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, explain, messageOf, UserError } from '../../src/common/errors.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code });
}

describe('an error', () => {
  it('of the system is explained in words, with its code', () => {
    assert.equal(explain(systemError('ECONNREFUSED')), 'connection refused: nothing listens there (ECONNREFUSED)');
    assert.equal(explain(systemError('ENOSPC')), 'the disk is full (ENOSPC)');
  });

  it('of several attempts is the first of them', () => {
    const both = new AggregateError([systemError('ECONNREFUSED'), systemError('ENETUNREACH')], '');
    assert.equal(explain(both), 'connection refused: nothing listens there (ECONNREFUSED)');
    assert.equal(explain(new AggregateError([], 'nothing worked')), 'nothing worked');
  });

  it('that has no words of ours keeps its own', () => {
    assert.equal(explain(systemError('EWEIRD')), 'connect EWEIRD 127.0.0.1:1');
    assert.equal(explain(new TypeError('x is not y')), 'x is not y');
    assert.equal(explain('a string'), 'a string');
    assert.equal(explain(undefined), 'undefined');
  });

  it('has a code only where that is a text', () => {
    assert.equal(codeOf(systemError('EPIPE')), 'EPIPE');
    for (const thrown of [null, undefined, 'EPIPE', { code: 5 }, {}]) assert.equal(codeOf(thrown), undefined);
  });

  it('for the user has a stable code and a cause', () => {
    const cause = systemError('EACCES');
    const error = new UserError('journal.open', 'Cannot open it.', { cause });
    assert.deepEqual(
      [error.code, error.message, error.cause, messageOf(error)],
      ['journal.open', 'Cannot open it.', cause, 'Cannot open it.'],
    );
  });
});
