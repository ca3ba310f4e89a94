/**
 * Judges requests and answers by Microsoft's published description of Graph v1.0, where its files are at hand.
 * `/beta` is judged by the v1.0 description, with further properties allowed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { withUsualExpiration } from '../spelling.js';
import type { ContractChecker } from '../types.js';
import type {
  OdataModel,
  OpenApiContent,
  OpenApiDocument,
  OpenApiOperation,
  OpenApiSchema,
} from './files.js';
import { linkForms } from './link-forms.js';
import { createModel } from './model.js';
import type { GraphModel, Schema } from './model.js';
import { checkQuery } from './query.js';
import { createRoutes } from './routes.js';
import { BATCH_ANSWER, BATCH_REQUEST, NEWER_PATHS, collection, entity } from './supplement.js';
import { createValidator } from './validator.js';
import type { FixedBodies, Mode } from './validator.js';

const OPENAPI_FILE = join('graph', 'openapi-v1.0-slice.json');
const ODATA_FILE = join('graph', 'csdl-v1.0-slice.json');
/** The description calls an address a string; on the wire each stands in an object, as OData has it. */
const REFERENCE: Schema = {
  type: 'object',
  required: ['@odata.id'],
  properties: { '@odata.id': { type: 'string' } },
};
const REFERENCES: Schema = {
  type: 'object',
  required: ['value'],
  properties: { value: { type: 'array', items: REFERENCE } },
};
const ERROR_TYPE = 'microsoft.graph.ODataErrors.ODataError';

/** CONTRACT_DIR, or `../shared` beside the repository (also when this runs from dist/). */
export function findContractDir(): string {
  const asked = process.env['CONTRACT_DIR'];
  if (asked !== undefined && asked !== '') return resolve(asked);
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return resolve(folder, '..', 'shared');
}

export interface ContractOptions {
  readonly fixed?: FixedBodies;
}

/** @returns null when the folder does not hold the description */
export function loadContract(dir: string, options: ContractOptions = {}): ContractChecker | null {
  const files = [join(dir, OPENAPI_FILE), join(dir, ODATA_FILE)] as const;
  if (!files.every((file) => existsSync(file))) return null;
  const openApi = JSON.parse(readFileSync(files[0], 'utf8')) as OpenApiDocument;
  const odata = JSON.parse(readFileSync(files[1], 'utf8')) as OdataModel;
  return createContract(openApi, odata, options);
}

/** What the checker knows of one operation; made when it is first met. */
interface Judged {
  readonly operation: OpenApiOperation;
  /** undefined: no body is described; 'bytes': not JSON. */
  readonly request: Schema | 'bytes' | undefined;
  readonly answer: Schema | 'bytes' | 'text' | undefined;
  readonly answers: string | undefined;
  readonly pages: boolean;
}

export function createContract(
  described: OpenApiDocument,
  odata: OdataModel,
  options: ContractOptions = {},
): ContractChecker {
  const openApi: OpenApiDocument = { ...described, paths: withNewer(described.paths) };
  const model = createModel(openApi, odata);
  const validator = createValidator(model, options.fixed);
  const routes = createRoutes(openApi, (name) => model.type(name) !== undefined);
  const judged = new Map<OpenApiOperation, Judged>();
  const errorSchema: Schema = { graphType: ERROR_TYPE };

  const find = (method: string, path: string): { judged: Judged; mode: Mode } | string => {
    const [, version = '', rest = ''] = /^\/(v1\.0|beta)(\/.*)?$/.exec(path) ?? [];
    if (version === '') return `path '${path}' has no version`;
    const known = routes.find(rest);
    if (known === undefined) return `path '${path}' is not described`;
    const operation = known.operations.get(method);
    if (operation === undefined) return `${method} is not described for ${known.template}`;
    let one = judged.get(operation);
    if (one === undefined) judged.set(operation, (one = judge(openApi, model, known.template, operation)));
    return { judged: one, mode: version === 'beta' ? 'beta' : 'v1.0' };
  };

  return {
    checkRequest({ method, path, query, body }) {
      if (isBatch(path)) {
        return [
          ...[...query.keys()].map((name) => `query option '${name}' is not described for $batch`),
          ...validator.check(BATCH_REQUEST, body, 'v1.0'),
        ];
      }
      const found = find(method, path);
      if (typeof found === 'string') return [found];
      const { operation, answers, pages, request } = found.judged;
      return [
        ...checkQuery(openApi, model, { operation, query, answers, pages, mode: found.mode }),
        ...checkRequestBody(request, body, (schema) =>
          validator.check(schema, isPimRequest(path) ? withUsualExpiration(body) : body, found.mode),
        ),
      ];
    },
    checkResponse({ method, path }, { status, body }) {
      if (status >= 400) return validator.check(errorSchema, body, 'v1.0');
      if (isBatch(path)) return validator.check(BATCH_ANSWER, body, 'v1.0');
      const found = find(method, path);
      // An undescribed request was already told; its answer cannot be judged.
      if (typeof found === 'string') return [];
      return checkAnswer(found.judged, method, status, body, (schema) =>
        validator.check(schema, body, found.mode),
      );
    },
  };
}

/** A path that stands in both has the operations of both. */
function withNewer(paths: OpenApiDocument['paths']): OpenApiDocument['paths'] {
  const newer = Object.entries(NEWER_PATHS).map(
    ([path, item]) => [path, { ...paths[path], ...item }] as const,
  );
  const all = { ...paths, ...Object.fromEntries(newer) };
  return { ...all, ...linkForms(all, { collection, entity }) };
}

function judge(
  document: OpenApiDocument,
  model: GraphModel,
  template: string,
  operation: OpenApiOperation,
): Judged {
  const answerContent = resolveContent(document.components.responses, operation.responses['2XX']);
  const answerSchema = answerContent?.['application/json']?.schema;
  const shape = answerShape(document, answerSchema);
  const answer =
    template.endsWith('/$ref') && shape.pages
      ? REFERENCES
      : template.endsWith('/$ref') && answerSchema !== undefined
        ? REFERENCE
        : answerSchema !== undefined
          ? model.transform(answerSchema)
          : answerContent?.['text/plain'] !== undefined
            ? 'text'
            : answerContent === undefined
              ? undefined
              : 'bytes';
  return { operation, request: requestSchema(document, model, template, operation), answer, ...shape };
}

function requestSchema(
  document: OpenApiDocument,
  model: GraphModel,
  template: string,
  operation: OpenApiOperation,
): Judged['request'] {
  const content = resolveContent(document.components.requestBodies, operation.requestBody);
  const action = /\/microsoft\.graph\.(\w+)$/.exec(template)?.[1];
  const newer = action === undefined ? new Map<string, Schema>() : model.operationParameters(action);
  if (content === undefined) return newer.size === 0 ? undefined : closedObject(newer, action ?? '');
  const schema = content['application/json']?.schema;
  if (schema === undefined) return 'bytes';
  if (newer.size === 0) return requireReference(schema, model.transform(schema));
  const known = model.transform(schema)['properties'] as Readonly<Record<string, Schema>> | undefined;
  // Whether a parameter of a complex type may be null stands in the OData model alone (graph/README.md).
  const own = Object.entries(known ?? {}).filter(
    ([name]) => !newer.has(name) || schema.properties?.[name]?.$ref === undefined,
  );
  return closedObject(new Map([...newer, ...own]), action ?? '');
}

/** A `$ref` body without @odata.id names nothing; the slice does not say that it is required. */
function requireReference(described: OpenApiSchema, schema: Schema): Schema {
  const isReference = /\/Reference(Create|Update)$/.test(described.$ref ?? '');
  return isReference ? { allOf: [schema, { type: 'object', required: ['@odata.id'] }] } : schema;
}

function closedObject(properties: ReadonlyMap<string, Schema>, name: string): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    closed: { type: `the parameters of ${name}`, names: [...properties.keys()] },
  };
}

function resolveContent(
  shared: Readonly<Record<string, OpenApiContent>>,
  content: OpenApiContent | undefined,
): OpenApiContent['content'] {
  if (content?.$ref === undefined) return content?.content;
  return shared[content.$ref.split('/').at(-1) ?? '']?.content;
}

/** The named type behind an answer: the entity itself, or the members of the collection. */
function answerShape(
  document: OpenApiDocument,
  schema: OpenApiSchema | undefined,
): Pick<Judged, 'answers' | 'pages'> {
  const name = schema?.$ref?.split('/').at(-1);
  const target = name === undefined ? schema : document.components.schemas[name];
  const value = target?.properties?.['value'];
  if (value?.type === 'array') return { answers: value.items?.$ref?.split('/').at(-1), pages: true };
  return { answers: name, pages: false };
}

function checkRequestBody(
  schema: Judged['request'],
  body: unknown,
  check: (schema: Schema) => string[],
): string[] {
  const isEmpty = body === undefined || body === null || (Buffer.isBuffer(body) && body.length === 0);
  if (schema === undefined) {
    const isNothing = isEmpty || (typeof body === 'object' && Object.keys(body as object).length === 0);
    return isNothing ? [] : ['a body is not described for this operation'];
  }
  if (schema === 'bytes') return isEmpty ? ['the body is missing'] : [];
  if (Buffer.isBuffer(body)) return ['the body must be JSON'];
  return isEmpty ? [] : check(schema);
}

function checkAnswer(
  { answer, pages }: Judged,
  method: string,
  status: number,
  body: unknown,
  check: (schema: Schema) => string[],
): string[] {
  if (body === undefined || body === null) {
    const needsBody = method === 'GET' || status === 200 || status === 201;
    return needsBody && answer !== undefined && answer !== 'bytes' ? ['the answer has no body'] : [];
  }
  if (answer === undefined) return ['a body is not described for this answer'];
  if (status === 204) return ['an answer without content has a body'];
  if (answer === 'bytes') return [];
  if (answer === 'text') return /^\d+$/.test(String(body)) ? [] : ['$count must answer with a plain number'];
  if (Buffer.isBuffer(body)) return ['the answer must be JSON'];
  return [...check(answer), ...(pages ? checkLinks(body as Record<string, unknown>) : [])];
}

/** Links are absolute, and a page has a next one or a delta link, not both. */
function checkLinks(body: Readonly<Record<string, unknown>>): string[] {
  const texts: string[] = [];
  for (const name of ['@odata.context', '@odata.nextLink', '@odata.deltaLink']) {
    const link = body[name];
    if (link === undefined) continue;
    if (typeof link !== 'string' || !/^https:\/\//.test(link))
      texts.push(`${name} must be an absolute address`);
  }
  if (body['@odata.nextLink'] !== undefined && body['@odata.deltaLink'] !== undefined) {
    texts.push('a page has a next link and a delta link');
  }
  return texts;
}

const isPimRequest = (path: string): boolean => /ScheduleRequests$/i.test(path);

function isBatch(path: string): boolean {
  return /^\/(v1\.0|beta)\/\$batch$/i.test(path);
}
