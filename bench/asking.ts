import { type Agent, get } from 'node:http';

const HOST = '127.0.0.1';

/** Asks the status page for something, and reads the answer without looking at it. @throws when it is not a good one */
export function ask(port: number, path: string, agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const request = get({ host: HOST, port, path, agent }, (response) => {
    response.on('error', reject);
    response.on('end', () =>
      response.statusCode === 200 ? resolve() : reject(new Error(`${path} was answered with ${response.statusCode}`)),
    );
    response.resume();
  });
  request.on('error', reject);
  return promise;
}
