using System.Reflection;

namespace Libra.Deploy.WebApi.Service;

/// <summary>What this process calls itself, and since when it runs.</summary>
internal sealed class ServiceIdentity(TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();

    /// <summary>The name that clients of the old service know.</summary>
    public const string Name = "Libra Deploy V2";

    /// <summary>As the assembly was built, without the commit that the build may append.</summary>
    public static string Version { get; } = typeof(ServiceIdentity).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Milliseconds since the start.</summary>
    public long Uptime => (long)clock.GetElapsedTime(_started).TotalMilliseconds;

    public DateTimeOffset Now => clock.GetUtcNow();
}
