using System.Text;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Logs;
using Libra.Deploy.Infrastructure.Logs.Redaction;
using Libra.Deploy.Infrastructure.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>A deployment with a log in a folder of its own, and as many nodes that use it as a test asks for.</summary>
internal sealed class LogFixture : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("libra-logs-");
    private readonly IObjectStore _store;

    /// <param name="store">Disposed with this; null for a folder.</param>
    public LogFixture(TimeProvider? clock = null, DeploymentLogOptions? options = null, IObjectStore? store = null)
    {
        Clock = clock ?? TimeProvider.System;
        Options = options ?? new DeploymentLogOptions();
        _store = store ?? new FolderObjectStore(new FolderObjectStoreOptions { Root = _root.FullName }, Clock);
        Store = new WatchedStore(_store);
        Log = Node();
    }

    public LogSubject Subject { get; } = new(DeploymentId.New(DateTimeOffset.UtcNow), "org_test", "project-1");

    public WatchedStore Store { get; }

    public TimeProvider Clock { get; }

    public DeploymentLogOptions Options { get; }

    public IDeploymentLog Log { get; }

    /// <summary>The log as another process would use it: only the store is shared.</summary>
    public IDeploymentLog Node(params string[] secrets) =>
        new DeploymentLog(Store, new Redactor(secrets), Options, Clock, NullLogger<DeploymentLog>.Instance);

    public Task<IDeploymentLogWriter> OpenAsync(int attempt = 1, long token = 1) =>
        Log.OpenAsync(Subject, attempt, token, begun: token > 1, default);

    public async Task<List<LogEntry>> ReadAllAsync(bool descending = false, int page = 1000)
    {
        var entries = new List<LogEntry>();
        LogPage read;
        long? cursor = null;
        do
        {
            read = await Log.ReadAsync(Subject, new LogQuery(cursor, page, Descending: descending), default);
            entries.AddRange(read.Entries);
            cursor = read.NextCursor;
        }
        while (cursor is not null && read.Entries.Count > 0); // one that grows always has a place to go on

        return entries;
    }

    public void Dispose()
    {
        (_store as IDisposable)?.Dispose();
        _root.Delete(recursive: true);
    }
}

internal static class LogExtensions
{
    /// <summary>What is followed, line by line.</summary>
    public static IAsyncEnumerable<LogEntry> FollowLinesAsync(this IDeploymentLog log, LogSubject subject, long afterSeq, CancellationToken cancellationToken) =>
        log.FollowAsync(subject, afterSeq, cancellationToken).SelectMany(lines => lines);

    public static ValueTask PrintAsync(this IDeploymentLogWriter writer, string text) =>
        writer.WriteOutputAsync(DeploymentStep.Build, LogStream.Stdout, Encoding.UTF8.GetBytes(text), default);
}
