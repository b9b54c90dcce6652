/** A table: a column of the query around, or a constant. */
type TableOid = string;

/** The table itself: an error of a missing one would have another reason. @param name - quoted */
export function oidOf(name: string): TableOid {
  return `to_regclass('${name.replaceAll("'", "''")}')`;
}

/** Whether policies apply to the current user, and the user may see every row all the same. */
export function areHarmless(table: TableOid): string {
  return `(row_security_active(${table}) AND NOT ${isRestricted(table)})`;
}

/**
 * A sentence about policies that may hide rows from the current user, which would look as if they did not exist (rule
 * ST-5), and how to change that; NULL: they hide none.
 * @param name - as the sentence shows it
 */
export function policyProblem(name: string, table: TableOid): string {
  const user = 'quote_ident(current_user)';
  const policies = `(SELECT 'policy ' || string_agg(quote_ident(policy.polname), ', ' ORDER BY policy.polname)
    FROM pg_policy AS policy WHERE policy.polrelid = ${table} AND NOT ${SHOWS_ALL} AND ${APPLIES})`;
  return `CASE WHEN row_security_active(${table}) AND ${isRestricted(table)}
    THEN 'row level security hides rows of table ${name} from the user ' || ${user} || ' ('
      || coalesce(${policies}, 'no policy shows them') || '): ALTER ROLE ' || ${user}
      || ' BYPASSRLS, or add a policy with USING (true) for the user' END`;
}

/** A policy that names no condition for rows that exist, such as one for INSERT, hides none. */
const SHOWS_ALL = "coalesce(pg_get_expr(policy.polqual, policy.polrelid) = 'true', policy.polqual IS NULL)";

/** 0 is every user. */
const APPLIES = `EXISTS (SELECT FROM unnest(policy.polroles) AS role(oid)
    WHERE CASE WHEN role.oid = 0 THEN true ELSE pg_has_role(role.oid, 'USAGE') END)`;

/** Whether for one kind of command no policy lets the user see every row, or a restrictive one hides some. */
function isRestricted(table: TableOid): string {
  const has = (condition: string): string => `EXISTS (SELECT FROM pg_policy AS policy WHERE policy.polrelid = ${table}
      AND policy.polcmd IN ('*', command.code) AND ${condition} AND ${APPLIES})`;
  return `EXISTS (SELECT FROM unnest('{r,w,d}'::"char"[]) AS command(code)
    WHERE NOT ${has(`policy.polpermissive AND policy.polqual IS NOT NULL AND ${SHOWS_ALL}`)}
      OR ${has(`NOT policy.polpermissive AND NOT ${SHOWS_ALL}`)})`;
}
