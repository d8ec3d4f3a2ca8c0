namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>Where an embedded PostgreSQL keeps its data and how it runs.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>The folder with <c>initdb</c> and <c>postgres</c>, as <c>RuntimeLayout.PostgresBin</c> gives it.</summary>
    public required string BinFolder { get; init; }

    /// <summary>The folder of this one server: its data, password and log. Made when missing.</summary>
    public required string DataFolder { get; init; }

    /// <summary>
    /// Where the data lies when this process is root and the server's user cannot enter <see cref="DataFolder"/>. Not the service's own
    /// <c>/var/lib/libra-deploy</c>, which may be closed to others.
    /// </summary>
    public string SharedFolder { get; init; } = "/var/lib/libra-deploy-postgres";

    /// <summary>Where earlier versions kept it then; what is found there moves.</summary>
    public string EarlierSharedFolder { get; init; } = "/var/tmp";

    /// <summary>False for tests only: a crash of the machine may then lose everything.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>
    /// The users of whom the first that exists runs the server when this process is root, which PostgreSQL refuses to be.
    /// A user that also runs builds could read the data, so none of 210000 to 210999 is ever taken.
    /// </summary>
    public IReadOnlyList<string> ServerUsers { get; init; } = ["libra-pg", "postgres", "nobody"];

    /// <summary>
    /// Null for any free one. Whoever stops the server for a while and starts it again names one that no other program gets meanwhile.
    /// </summary>
    public int? Port { get; init; }

    /// <summary>How many connections the server takes at once.</summary>
    public int MaxConnections { get; init; } = 200;

    /// <summary>How long the server may take until it is ready.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for another owner of the same folder that may just be ending.</summary>
    public TimeSpan OwnerWait { get; init; } = TimeSpan.FromSeconds(5);
}
