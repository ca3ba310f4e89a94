import type { Collection, Db, ObjectId } from 'mongodb';
import type { JsonObject } from '../model/json.js';

/** What we keep in an Agenda job's `data`; times in product time, ISO UTC. */
export interface JobData {
  readonly key: string;
  readonly payload: JsonObject;
  /** When it is due in product time; Agenda's `nextRunAt` is the same instant in machine time. */
  readonly dueAt: string;
  /** Only of jobs that come again. */
  readonly schedule?: string;
  readonly timeZone?: string;
  /** Runs in a row that ended because the database was away. */
  readonly tries?: number;
}

/** The part of Agenda's document that we read and write; the rest is its own. */
export interface JobDoc {
  readonly _id: ObjectId;
  readonly name: string;
  readonly data: JobData;
  readonly nextRunAt: Date | null;
  readonly lockedAt: Date | null;
}

export const JOBS_COLLECTION = 'jobs';

export const jobsOf = (db: Db): Collection<JobDoc> => db.collection<JobDoc>(JOBS_COLLECTION);
