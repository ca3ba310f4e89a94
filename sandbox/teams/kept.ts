/** What of the simulated Teams is written to teams.json. */
import { z } from 'zod';

const activitySchema = z.object({
  id: z.string(),
  conversationId: z.string(),
  threadId: z.string().optional(),
  from: z.union([
    z.object({ bot: z.literal(true) }),
    z.object({ bot: z.literal(false), objectId: z.string() }),
  ]),
  at: z.string(),
  text: z.string().optional(),
  textFormat: z.string().optional(),
  summary: z.string().optional(),
  attachments: z.array(
    z.object({
      contentType: z.string(),
      content: z.unknown().optional(),
      contentUrl: z.string().optional(),
      name: z.string().optional(),
    }),
  ),
  suggestedActions: z.array(z.object({ title: z.string(), value: z.string() })).optional(),
  alert: z.boolean().optional(),
  editedAt: z.string().optional(),
  deletedAt: z.string().optional(),
  revision: z.number(),
  note: z.string().optional(),
});
const conversationSchema = z.object({
  id: z.string(),
  type: z.enum(['personal', 'groupChat', 'channel']),
  name: z.string(),
  region: z.string(),
  otherRegions: z.array(z.string()),
  memberIds: z.array(z.string()),
  installed: z.boolean(),
  blocked: z.boolean().optional(),
  gone: z.boolean().optional(),
  team: z.object({ id: z.string(), name: z.string(), groupId: z.string() }).optional(),
});
export const keptSchema = z.object({
  format: z.literal(1),
  conversations: z.array(conversationSchema),
  activities: z.array(activitySchema),
  lastRead: z.record(z.string(), z.string()),
});
