using System.Globalization;
using System.Text.Json;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Application.Deployments.Archive;

/// <summary>
/// What operators may read of a deployment beyond its log, in the object store: a note of every failed attempt, exceptions with their
/// stack included, and <c>result.json</c> once it has ended.
/// </summary>
internal sealed class DeploymentResults(IObjectStore store, IServiceScopeFactory scopes, TimeProvider clock)
{
    private const string ContentType = "application/json";

    /// <summary>Notes how an attempt failed. Each lease has a note of its own, so that a stale worker's overwrites no other.</summary>
    /// <param name="detail">The exception, redacted; null when the failure was none.</param>
    public async Task NoteAsync(Deployment deployment, DeploymentFailure failure, string? detail, CancellationToken cancellationToken)
    {
        var note = ResultFailure.Of(deployment.Attempt, clock.GetUtcNow(), failure, detail);
        var name = string.Create(CultureInfo.InvariantCulture, $"failures/{deployment.Attempt:d4}-{deployment.FencingToken:d8}.json");
        using var content = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(note, ResultJson.Default.ResultFailure));
        await store.PutAsync(ObjectBucket.Logs, FolderOf(deployment.Id) + name, content, ContentType, cancellationToken);
    }

    /// <summary>Writes the result of a deployment that has ended; nothing happens when it is written already.</summary>
    public async Task WriteAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        if (await store.HeadAsync(ObjectBucket.Logs, KeyOf(id), cancellationToken) is not null) return;
        if (await FindEndedAsync(id, cancellationToken) is not { } ended) return;

        var result = DeploymentResult.Of(ended, await NotesAsync(id, cancellationToken));
        using var content = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(result, ResultJson.Default.DeploymentResult));
        await store.PutAsync(ObjectBucket.Logs, KeyOf(id), content, ContentType, cancellationToken);
    }

    /// <summary>The result as it is stored, for the reader to dispose; null before the end.</summary>
    public Task<Stream?> OpenAsync(DeploymentId id, CancellationToken cancellationToken) =>
        store.GetAsync(ObjectBucket.Logs, KeyOf(id), cancellationToken);

    /// <summary>Objects and bytes stored for the deployment: what <see cref="DeleteAsync"/> would remove.</summary>
    public async Task<(int Objects, long Bytes)> MeasureAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        var (objects, bytes) = (0, 0L);
        await foreach (var item in store.ListAsync(ObjectBucket.Logs, FolderOf(id), cancellationToken))
            (objects, bytes) = (objects + 1, bytes + item.Size);
        return (objects, bytes);
    }

    /// <summary>Removes everything stored here for the deployment.</summary>
    /// <returns>Objects and bytes removed.</returns>
    public async Task<(int Objects, long Bytes)> DeleteAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        var found = await store.ListAsync(ObjectBucket.Logs, FolderOf(id), cancellationToken).ToListAsync(cancellationToken);
        await store.DeleteAsync(ObjectBucket.Logs, [.. found.Select(item => item.Key)], cancellationToken);
        return (found.Count, found.Sum(item => item.Size));
    }

    private async Task<DeploymentView?> FindEndedAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var view = await scope.ServiceProvider.GetRequiredService<IDeploymentQueries>().FindAsync(id, cancellationToken);
        return view?.Status.IsTerminal() == true ? view : null;
    }

    private async Task<IReadOnlyList<ResultFailure>> NotesAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        var notes = new List<ResultFailure>();
        await foreach (var item in store.ListAsync(ObjectBucket.Logs, FolderOf(id) + "failures/", cancellationToken))
        {
            await using var content = await store.GetAsync(ObjectBucket.Logs, item.Key, cancellationToken);
            if (content is null) continue; // being removed at this moment

            notes.Add((await JsonSerializer.DeserializeAsync(content, ResultJson.Default.ResultFailure, cancellationToken))!);
        }

        return notes;
    }

    private static string KeyOf(DeploymentId id) => FolderOf(id) + "result.json";

    private static string FolderOf(DeploymentId id) => $"deployments/{id}/";
}
