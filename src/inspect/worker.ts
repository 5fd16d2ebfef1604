/**
 * A thread that reads XML for those that must not stop for it: the intake and the broadcast. What it is given comes from
 * strangers; it may be replaced at any moment.
 */

import { parentPort, workerData } from 'node:worker_threads';
import type { Examiner } from '../alert/validate/submission.ts';
import { messageOf } from '../common/errors.ts';
import type { Answer, FromThread, Job, ThreadData } from './messages.ts';
import type { RelayDesk } from './relay.ts';
import { warmUp } from './warm-up.ts';

const port = parentPort;
if (port === null) throw new Error('The inspecting thread cannot run on its own.');
const say = (message: FromThread): void => port.postMessage(message);
const { purpose, current } = workerData as ThreadData;

// Its owner needs one of them: the other's libraries would be memory for nothing.
const examiner = purpose === 'examine' ? await loadExaminer() : undefined;
const desk = purpose === 'relay' ? await loadDesk() : undefined;

async function loadExaminer(): Promise<Examiner> {
  const { createExaminer } = await import('../alert/validate/submission.ts');
  return await createExaminer();
}

async function loadDesk(): Promise<RelayDesk> {
  const { createRelayDesk } = await import('./relay.ts');
  return await createRelayDesk();
}

function given<Tool>(tool: Tool | undefined): Tool {
  if (tool === undefined) throw new Error(`This thread is there to ${purpose}.`);
  return tool;
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

async function work(job: Job): Promise<Answer> {
  switch (job.type) {
    case 'examine':
      return { type: 'done', problem: given(examiner).examine(bufferOf(job.packet), job.schema) };
    case 'configure':
      await given(desk).configure(job.rule, job.compose);
      return { type: 'done' };
    case 'add-filter':
      return { type: 'done', problem: given(desk).addFilter(job.id, job.text) };
    case 'remove-filter':
      given(desk).removeFilter(job.id);
      return { type: 'done' };
    case 'relay': {
      const { matched, slow } = given(desk).relay(
        { ...job, packet: bufferOf(job.packet) },
        (verdict) => say({ type: 'verdict', verdict }),
        (filter) => Atomics.store(current, 0, filter),
      );
      return { type: 'matched', filters: matched, slow };
    }
  }
}

async function answer(job: Job): Promise<void> {
  try {
    say({ type: 'answer', answer: await work(job) });
  } catch (error) {
    say({ type: 'answer', answer: { type: 'failed', reason: messageOf(error) } });
  }
}

// One after the other, also while one waits for a library.
let last = Promise.resolve();
port.on('message', (job: Job) => {
  last = last.then(() => answer(job));
});
say({ type: 'ready' });

// On a desk of its own: this one may have got filters meanwhile, and nobody watches over a sample.
const practice = purpose === 'relay' ? await loadDesk() : undefined;
await warmUp((packet) => {
  examiner?.examine(packet, true);
  practice?.relay(
    { packet, source: '', receivedAt: 0 },
    () => {},
    () => {},
  );
});
