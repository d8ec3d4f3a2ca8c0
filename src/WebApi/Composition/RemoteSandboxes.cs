using Libra.Deploy.Infrastructure.Credentials;
using Libra.Deploy.Infrastructure.Sandboxes.Remote;
using Libra.Deploy.Infrastructure.Sandboxes.Remote.Daytona;
using Libra.Deploy.Infrastructure.Sandboxes.Remote.E2B;
using Libra.Deploy.WebApi.Configuration;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>Reads the settings of the services that rent sandboxes.</summary>
internal static class RemoteSandboxes
{
    /// <returns>False when the provider is none of them.</returns>
    /// <exception cref="StartRefusedException">A setting is wrong; the message says which.</exception>
    public static bool TryAdd(IServiceCollection services, ConfigurationManager configuration, string provider)
    {
        switch (provider)
        {
            case "e2b":
                services.AddE2BSandboxes(E2B(configuration.GetSection("E2B")).OrRefuse(options => options.Problems()));
                return true;
            case "daytona":
                services.AddDaytonaSandboxes(Daytona(configuration.GetSection("Daytona")).OrRefuse(options => options.Problems()));
                return true;
            default:
                return false;
        }
    }

    internal static E2BOptions E2B(IConfigurationSection section)
    {
        var defaults = new E2BOptions { ApiKey = KeyOf(section) };
        return Common(section, defaults) with
        {
            Template = section["Template"] ?? defaults.Template,
            User = section["User"] ?? defaults.User,
            Workspace = section["Workspace"] ?? defaults.Workspace,
            ApiUrl = section.GetValue<Uri>("ApiUrl") ?? defaults.ApiUrl,
            SandboxUrl = section.GetValue<Uri>("SandboxUrl") ?? defaults.SandboxUrl,
        };
    }

    internal static DaytonaOptions Daytona(IConfigurationSection section)
    {
        var defaults = new DaytonaOptions { ApiKey = KeyOf(section) };
        return Common(section, defaults) with
        {
            Snapshot = section["Snapshot"] ?? defaults.Snapshot,
            OrganizationId = section["OrganizationId"] is { Length: > 0 } organization ? organization : null,
            Workspace = section["Workspace"] ?? defaults.Workspace,
            ApiUrl = section.GetValue<Uri>("ApiUrl") ?? defaults.ApiUrl,
            ToolboxUrl = section.GetValue<Uri>("ToolboxUrl"),
        };
    }

    private static TOptions Common<TOptions>(IConfigurationSection section, TOptions defaults)
        where TOptions : RemoteOptions => defaults with
        {
            Label = section["Label"] ?? defaults.Label,
            Toolchain = section["Toolchain"] ?? defaults.Toolchain,
            Registry = section.GetValue<Uri>("Registry"),
            Lease = section.GetValue("Lease", defaults.Lease),
            StartTimeout = section.GetValue("StartTimeout", defaults.StartTimeout),
            CallTimeout = section.GetValue("CallTimeout", defaults.CallTimeout),
            TransferTimeout = section.GetValue("TransferTimeout", defaults.TransferTimeout),
            SilenceLimit = section.GetValue("SilenceLimit", defaults.SilenceLimit),
        };

    private static ServiceKey KeyOf(IConfigurationSection section) => new(section["ApiKey"] ?? string.Empty);
}
