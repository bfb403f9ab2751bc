// Asks the one part that runs in this container, be it the API or a worker, for the path that is given; ends with 0 when it
// answers 2xx in time. Plain JavaScript: the image runs it as it is.
const ANSWER_WITHIN_MS = 4_000;

const [path = '/healthz'] = process.argv.slice(2);
const ports = [process.env.LEADRAIL_PORT ?? '8080', process.env.LEADRAIL_WORKER_PORT ?? '8081'];

async function answersWell(port) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  if (!response.ok) throw new Error(`port ${port} answers ${response.status}`);
}

try {
  await Promise.any(ports.map(answersWell));
  process.exit(0);
} catch (error) {
  for (const reason of error.errors) console.error(reason.cause?.message ?? reason.message);
  process.exit(1);
}
