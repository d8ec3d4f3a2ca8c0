using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Libra.Deploy.WebApi.Configuration;

/// <summary>What the process is and where it keeps things; read before anything else is built.</summary>
public sealed class HostSettings : IValidatableObject
{
    private static readonly string[] KnownRoles = ["api", "worker"];
    private static readonly string[] KnownProviders = ["bubblewrap", "daytona", "e2b", "process"];
    private static readonly string[] KnownLevels = ["debug", "info", "warn", "error"];

    /// <summary><c>postgres://…</c> or an Npgsql connection string; null brings an embedded server up.</summary>
    public string? PostgresUrl { get; set; }

    /// <summary>How long a start waits for a database that does not answer; one that refuses the user is not waited for.</summary>
    public TimeSpan DatabasePatience { get; set; } = TimeSpan.FromSeconds(30);

    [Required]
    public string DataDirectory { get; set; } = ".libra";

    [Range(0, 65535)]
    public int Port { get; set; } = 3008;

    /// <summary>Where <see cref="Port"/> is opened; null means this machine alone in development, and every address elsewhere.</summary>
    public string? Address { get; set; }

    [Range(0, 65535)]
    public int EdgePort { get; set; } = 8787;

    /// <summary>Where <see cref="EdgePort"/> is opened; null means this machine alone.</summary>
    public string? EdgeAddress { get; set; }

    /// <summary><c>api</c>, <c>worker</c>, or both.</summary>
    public string Roles { get; set; } = "api,worker";

    public string SandboxProvider { get; set; } = "bubblewrap";

    public string LogLevel { get; set; } = "info";

    /// <summary><c>development</c> or <c>production</c>; null follows the host's own environment.</summary>
    public string? Environment { get; set; }

    /// <summary>The chosen address; null when none is chosen.</summary>
    public IPAddress? ListenAddress => string.IsNullOrEmpty(Address) ? null : IPAddress.Parse(Address);

    /// <summary>Where the sites of this machine are served.</summary>
    public IPAddress EdgeListenAddress => string.IsNullOrEmpty(EdgeAddress) ? IPAddress.Loopback : IPAddress.Parse(EdgeAddress);

    /// <summary>True when this process answers the API; any other answers health and metrics only.</summary>
    public bool IsApi => HasRole("api");

    /// <summary>True when this process runs deployments.</summary>
    public bool IsWorker => HasRole("worker");

    /// <summary>Nothing is configured: PostgreSQL, objects, sandbox and target all come up on this machine.</summary>
    public bool IsEmbedded => PostgresUrl is null;

    /// <summary>The data folder as an absolute path.</summary>
    public string DataPath => Path.GetFullPath(DataDirectory);

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="StartRefusedException">A value is wrong; the message says which.</exception>
    public static HostSettings Read(IConfiguration configuration)
    {
        var unreadable = string.Join(' ', SettingCheck.Problems(configuration, "Host", typeof(HostSettings)));
        if (unreadable.Length > 0) throw new StartRefusedException(unreadable);

        var settings = new HostSettings();
        configuration.GetSection("Host").Bind(settings);
        var problems = new List<ValidationResult>();
        if (Validator.TryValidateObject(settings, new ValidationContext(settings), problems, validateAllProperties: true)) return settings;
        throw new StartRefusedException(string.Join(" ", problems.Select(problem => problem.ErrorMessage)));
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Listed(Roles).All(role => KnownRoles.Contains(role)) || Listed(Roles).Length == 0)
            yield return new ValidationResult($"LIBRA_ROLES={Roles} is not a list of api and worker.");
        if (!KnownProviders.Contains(SandboxProvider))
            yield return new ValidationResult(
                $"SANDBOX_BUILDER_DEFAULT_PROVIDER={SandboxProvider} is none of {string.Join(", ", KnownProviders)}.");
        if (!KnownLevels.Contains(LogLevel))
            yield return new ValidationResult($"LOG_LEVEL={LogLevel} is none of {string.Join(", ", KnownLevels)}.");
        foreach (var (name, address) in new[] { ("Host:Address", Address), ("Host:EdgeAddress", EdgeAddress) })
        {
            if (!string.IsNullOrEmpty(address) && !IPAddress.TryParse(address, out _))
                yield return new ValidationResult($"{name}={address} is no IP address; 127.0.0.1 is this machine alone.");
        }

        if (Environment is not (null or "development" or "production"))
            yield return new ValidationResult($"ENVIRONMENT={Environment} is neither development nor production.");
    }

    private bool HasRole(string role) => Listed(Roles).Contains(role);

    private static string[] Listed(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
