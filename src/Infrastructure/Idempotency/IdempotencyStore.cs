using ErrorOr;
using Libra.Deploy.Application.Idempotency;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Idempotency;

internal sealed class IdempotencyStore(LibraDbContext database, IOptions<IdempotencyOptions> options) : IIdempotencyStore
{
    public async Task<ErrorOr<IdempotencyState>> ClaimAsync(IdempotencyClaim claim, CancellationToken cancellationToken)
    {
        if (await TakeAsync(claim, cancellationToken)) return new IdempotencyState(Earlier: null);

        var (organization, operation, key) = (claim.OrganizationId, claim.Key.Operation, claim.Key.Text);
        var first = await database.Set<IdempotencyRow>().AsNoTracking().SingleAsync(
            row => row.OrganizationId == organization && row.Operation == operation && row.Key == key, cancellationToken);
        if (!first.RequestDigest.AsSpan().SequenceEqual(claim.RequestDigest)) return IdempotencyErrors.Conflict;

        return new IdempotencyState(new StartedDeployment(first.DeploymentId!.Value, first.AcceptedAt!.Value));
    }

    public async Task<StartedDeployment?> FindAsync(IdempotencyClaim claim, CancellationToken cancellationToken)
    {
        var (organization, operation, key) = (claim.OrganizationId, claim.Key.Operation, claim.Key.Text);
        var first = await database.Set<IdempotencyRow>()
            .FromSql($"SELECT * FROM deploy.idempotency_keys WHERE created_at > now() - {options.Value.Lifetime}")
            .AsNoTracking()
            .SingleOrDefaultAsync(
                row => row.OrganizationId == organization && row.Operation == operation && row.Key == key, cancellationToken);
        return first is { DeploymentId: { } id, AcceptedAt: { } at } && first.RequestDigest.AsSpan().SequenceEqual(claim.RequestDigest)
            ? new StartedDeployment(id, at)
            : null;
    }

    public void Complete(IdempotencyClaim claim, StartedDeployment started)
    {
        var row = database.Attach(RowOf(claim)).Entity;
        (row.DeploymentId, row.AcceptedAt) = (started.Id, started.At);
    }

    public Task<int> PruneAsync(CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync(
            $"DELETE FROM deploy.idempotency_keys WHERE created_at <= now() - {options.Value.Lifetime}", cancellationToken);

    // Of two that insert the same key the second waits until the first has committed, and then finds its row, or has undone it, and
    // then gets the key. A row past its time, not yet pruned, is taken over as if it were not there.
    private async Task<bool> TakeAsync(IdempotencyClaim claim, CancellationToken cancellationToken) =>
        await database.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO deploy.idempotency_keys AS k (organization_id, operation, key, request_digest, created_at)
             VALUES ({claim.OrganizationId}, {claim.Key.Operation}, {claim.Key.Text}, {claim.RequestDigest}, now())
             ON CONFLICT (organization_id, operation, key) DO UPDATE
                 SET request_digest = excluded.request_digest, created_at = excluded.created_at, deployment_id = NULL, accepted_at = NULL
                 WHERE k.created_at <= now() - {options.Value.Lifetime}
             """,
            cancellationToken) == 1;

    private static IdempotencyRow RowOf(IdempotencyClaim claim) => new()
    {
        OrganizationId = claim.OrganizationId,
        Operation = claim.Key.Operation,
        Key = claim.Key.Text,
        RequestDigest = claim.RequestDigest,
    };
}
