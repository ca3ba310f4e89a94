import { ARUN, HANNA } from './cast.js';
import type { Seen } from './people.js';
import { Restoring } from './restoring.js';
import type { World } from './world.js';

/**
 * Hanna's requests of one write each, for stories about what goes on around a restore: somebody's manager is taken away, and asked
 * for again from snapshot 1. Each takes the first of `upns` off that list, whom no other step of the story touches.
 */
export class SmallRequests {
  private readonly hanna: Restoring;

  constructor(
    private readonly world: World,
    private readonly upns: string[],
  ) {
    this.hanna = new Restoring(world.people, HANNA);
  }

  /** Up to the preview. */
  async previewed(): Promise<{ readonly upn: string; readonly preview: Seen }> {
    const upn = this.upns.shift();
    if (upn === undefined) throw new Error('the story has no more people for small requests');
    await this.world.damage({ do: 'setManager', user: upn, manager: null });
    return { upn, preview: await this.hanna.preview(`restore user ${upn} from snapshot 1 with manager`) };
  }

  /** Up to the approval. @returns Hanna's card and that of `approver` */
  async waiting(
    approver = ARUN,
  ): Promise<{ readonly upn: string; readonly mine: Seen; readonly theirs: Seen }> {
    const { upn, preview } = await this.previewed();
    return { upn, ...(await this.hanna.ask(preview, approver)) };
  }
}
