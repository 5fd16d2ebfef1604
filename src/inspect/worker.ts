/**
 * A thread that reads XML for those that must not stop for it: the intake and the broadcast. What it is given comes from
 * strangers; it may be replaced at any moment.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { createExaminer } from '../alert/validate/submission.ts';
import { messageOf } from '../common/errors.ts';
import type { Answer, FromThread, Job, ThreadData } from './messages.ts';
import { createRelayDesk } from './relay.ts';

const port = parentPort;
if (port === null) throw new Error('The inspecting thread cannot run on its own.');
const say = (message: FromThread): void => port.postMessage(message);
const { current } = workerData as ThreadData;

const examiner = await createExaminer();
const desk = await createRelayDesk();

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

function work(job: Job): Answer {
  switch (job.type) {
    case 'examine':
      return { type: 'done', problem: examiner.examine(bufferOf(job.packet), job.schema) };
    case 'configure':
      desk.configure(job.rule, job.compose);
      return { type: 'done' };
    case 'add-filter':
      return { type: 'done', problem: desk.addFilter(job.id, job.text) };
    case 'remove-filter':
      desk.removeFilter(job.id);
      return { type: 'done' };
    case 'relay': {
      const { matched, slow } = desk.relay(
        { ...job, packet: bufferOf(job.packet) },
        (verdict) => say({ type: 'verdict', verdict }),
        (filter) => Atomics.store(current, 0, filter),
      );
      return { type: 'matched', filters: matched, slow };
    }
  }
}

port.on('message', (job: Job) => {
  let answer: Answer;
  try {
    answer = work(job);
  } catch (error) {
    answer = { type: 'failed', reason: messageOf(error) };
  }
  say({ type: 'answer', answer });
});
say({ type: 'ready' });
