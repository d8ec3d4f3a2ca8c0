using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>One node on a database of its own, for each test a new one.</summary>
public abstract class OneNode(TestPostgres server) : IAsyncLifetime
{
    /// <summary>Where the node's clock stands at first.</summary>
    protected static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _objects = Directory.CreateTempSubdirectory("libra-objects-");

    private protected PipelineNode Node { get; private set; } = null!;

    /// <summary>Connection string of the node's database.</summary>
    protected string Database { get; private set; } = null!;

    /// <summary>Folder of the node's object store.</summary>
    protected string Objects => _objects.FullName;

    public virtual async ValueTask InitializeAsync()
    {
        Database = await server.CreateDatabaseAsync();
        Node = await PipelineNode.StartAsync("node", Database, _objects.FullName, Start);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        _objects.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
