import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

/**
 * The program of the embedded database's thread (`pglite-thread.ts`): opens the folder that it is given, and answers until it is
 * told to close. In JavaScript, types and all, because a thread has none of its process's loaders for TypeScript.
 *
 * @import { Answer, Question } from './pglite-messages.ts'
 */
const NOTHING = new Uint8Array();

if (parentPort === null || typeof workerData !== 'string') throw new Error('this runs as the thread of the embedded database, with the folder as its data');
const port = parentPort;
const database = await PGlite.create({ dataDir: workerData, relaxedDurability: false });
// Its plans rarely depend on values, and planning is what costs most here. They are made while the tables are empty, and nothing looks at how
// these grow as a server does by itself: a plan that reads a table whole would do so with a million leads in it.
await database.exec('set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off');
answer({ ok: true, messages: NOTHING });

/** One after the other. */
let last = Promise.resolve();
port.on('message', (/** @type {Question} */ question) => {
  last = last.then(() => reply(question)).then(
    (messages) => answer({ ok: true, messages }),
    (/** @type {unknown} */ error) => answer({ ok: false, message: error instanceof Error ? error.message : 'the embedded database failed' }),
  );
});

/** @param {Question} question */
async function reply(question) {
  switch (question.ask) {
    case 'converse':
      return database.execProtocolRaw(question.messages);
    case 'reset':
      await database.exec('rollback; deallocate all');
      return NOTHING;
    case 'close':
      await database.close();
      return NOTHING;
  }
}

/** @param {Answer} message */
function answer(message) {
  port.postMessage(message);
}
