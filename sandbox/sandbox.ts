/** Puts the rooms together: four loopback ports in front of one world. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findContractDir, loadContract } from './contract/contract.js';
import { createControl } from './control/control.js';
import { createEventHub } from './control/events.js';
import { fixedBodies } from './graph/query/written-page.js';
import { serveGraph } from './graph-edge.js';
import { sendJson } from './http.js';
import { PORT_NAMES, keepIdentity, openIdentity } from './identity.js';
import type { Identity, PortName } from './identity.js';
import { openSigningKey } from './keys.js';
import { listen } from './listener.js';
import type { Handler, Listener } from './listener.js';
import { storyDay } from './options.js';
import type { SandboxOptions } from './options.js';
import { privateFolder } from './state-dir.js';
import { openTls } from './tls.js';
import type { SandboxReady } from './types.js';
import { eraseWorld, openWorld } from './world.js';
import type { World, WorldOptions } from './world.js';

export interface RunningSandbox {
  readonly ready: SandboxReady;
  readonly world: () => World | undefined;
  /** Stops serving; a temporary folder is removed. */
  close(): Promise<void>;
}

/** @param say  for people: what was chosen differently from what was asked */
export async function startSandbox(
  options: SandboxOptions,
  say: (line: string) => void,
): Promise<RunningSandbox> {
  const isTemporary = options.dataDir === undefined;
  const dataDir = isTemporary
    ? mkdtempSync(join(tmpdir(), 'sandbox-'))
    : privateFolder(resolve(options.dataDir));
  const step = (line: string): void => {
    if (options.verbose) say(line);
  };
  let world: World | undefined;
  let listeners: Record<PortName, Listener> | undefined;
  const events = createEventHub(() => world);
  const close = async (): Promise<void> => {
    events.close();
    for (const name of PORT_NAMES) await listeners?.[name].close();
    await world?.close();
    if (isTemporary) rmSync(dataDir, { recursive: true, force: true });
  };

  try {
    const day = storyDay(options.today, new Date()).toISO() ?? '';
    const { identity, isNew } = openIdentity(dataDir, isTemporary, options, day);
    if (!isNew && !samePopulation(identity, options)) {
      say(`${dataDir} already holds a tenant; the population asked for is ignored.`);
    }
    for (const file of options.certificates)
      addCertificate(identity, identity.clientId, readFileSync(file, 'utf8'));
    const tls = await openTls(dataDir);
    const keys = isTemporary ? null : dataDir;
    const authorityKey = await openSigningKey(keys, 'authority');
    const channelKey = await openSigningKey(keys, 'teams-channel');
    step('Certificates and keys are there.');

    let botUrl = options.botUrl ?? null;
    const starting: Handler = (_request, response) =>
      sendJson(response, 503, { error: 'The sandbox is starting.' }, { 'retry-after': '1' });
    const control = createControl({
      world: () => world,
      events,
      reset: () => reset(),
      setBotUrl: (url) => {
        botUrl = url;
        world?.teams.setBotUrl(url);
      },
      addCertificate: (appId, pem) => {
        addCertificate(identity, appId, pem);
        keepIdentity(dataDir, identity);
      },
      teamsUrl: () => listeners?.teams.url ?? '',
    });
    const handlers: Record<PortName, Handler> = {
      graph: (request, response) => serveGraph(world?.tenant, request, response),
      authority: (request, response) =>
        world === undefined ? starting(request, response) : world.authority.handle(request, response),
      teams: (request, response) =>
        world === undefined ? starting(request, response) : world.teams.handle(request, response),
      control,
    };
    listeners = await openPorts(identity, handlers, tls, say);
    if (isNew) {
      for (const name of PORT_NAMES) identity.ports[name] = listeners[name].port;
    }
    keepIdentity(dataDir, identity);
    const urls = {
      graph: listeners.graph.url,
      authority: listeners.authority.url,
      teams: listeners.teams.url,
    };
    step(`Ports: ${PORT_NAMES.map((name) => `${name} ${listeners?.[name].port}`).join(', ')}.`);

    const contract = options.contract ? openContract(say) : null;
    const worldOptions: WorldOptions = {
      identity,
      dataDir: isTemporary ? null : dataDir,
      authorityKey,
      channelKey,
      contract,
      urls,
      botUrl: () => botUrl,
    };
    const open = async (): Promise<void> => {
      const opened = await openWorld(worldOptions);
      world = opened;
      events.follow(opened);
      step(`The tenant is there: ${opened.tenant.overview().users.live} users.`);
    };
    const reset = async (): Promise<void> => {
      const old = world;
      world = undefined;
      await old?.close();
      eraseWorld(worldOptions.dataDir);
      await open();
    };
    await open();
    return {
      world: () => world,
      close,
      ready: {
        ...urls,
        control: listeners.control.url,
        openId: `${urls.teams}/openid`,
        tenantId: identity.tenantId,
        clientId: identity.clientId,
        clientSecret: identity.clientSecret,
        botAppId: identity.botAppId,
        botAppSecret: identity.botAppSecret,
        caFile: tls.caFile,
      },
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function openPorts(
  identity: Identity,
  handlers: Record<PortName, Handler>,
  tls: Parameters<typeof listen>[2],
  say: (line: string) => void,
): Promise<Record<PortName, Listener>> {
  const opened: Partial<Record<PortName, Listener>> = {};
  for (const name of PORT_NAMES) {
    const wanted = identity.ports[name];
    const isSecure = name === 'graph' || name === 'authority';
    const listener = await listen(wanted, handlers[name], isSecure ? tls : undefined);
    if (wanted !== 0 && listener.port !== wanted) {
      say(`Port ${wanted} is busy; ${name} is at ${listener.url} this time.`);
    }
    opened[name] = listener;
  }
  return opened as Record<PortName, Listener>;
}

function openContract(say: (line: string) => void): ReturnType<typeof loadContract> {
  const dir = findContractDir();
  const contract = loadContract(dir, { fixed: fixedBodies });
  if (contract === null) {
    say(`NOT VALIDATED: no contract data in ${dir} (CONTRACT_DIR); requests and answers are not checked.`);
  }
  return contract;
}

function addCertificate(identity: Identity, appId: string, pem: string): void {
  const known = (identity.certificates[appId] ??= []);
  if (!known.includes(pem)) known.push(pem);
}

function samePopulation(identity: Identity, options: SandboxOptions): boolean {
  return JSON.stringify(identity.population) === JSON.stringify(options.population);
}
