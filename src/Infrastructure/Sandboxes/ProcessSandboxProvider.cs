using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Libra.Deploy.Infrastructure.Sandboxes.Registry;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>Builds as plain child processes, for machines on which bubblewrap cannot work and whose projects are all trusted.</summary>
/// <remarks>It isolates nothing: project code can read what the service can read. It is used only when chosen by name.</remarks>
public sealed class ProcessSandboxProvider(
    BubblewrapOptions options, RuntimeLayout runtime, TimeProvider clock,
    ILogger<ProcessSandboxProvider> logger) : ISandboxProvider, IDisposable
{
    private readonly SandboxFolders _folders = new(options.DataDirectory);
    private readonly SemaphoreSlim _starting = new(1, 1);
    private (LocalSandboxSettings Settings, string Tools)? _machine;

    public string Name => "process";

    public async Task<ISandbox> CreateAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        var (settings, tools) = await MachineAsync(cancellationToken);
        var folders = _folders.Of(spec.OrganizationId);
        var own = await SandboxFolder.CreateAsync(folders, spec.DeploymentId, cancellationToken);
        var sandbox = new ProcessSandbox(spec, folders, own, tools, settings);
        sandbox.Begin();
        return sandbox;
    }

    public async Task<int> ReapAsync(IReadOnlySet<DeploymentId> alive, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var organization in _folders.Organizations())
        {
            removed += await Leftovers.RemoveAsync(organization, alive, options.PackageCacheBytes, groups: null, cancellationToken);
        }

        return removed;
    }

    public Task ProbeAsync(CancellationToken cancellationToken) => MachineAsync(cancellationToken);

    public void Dispose() => _starting.Dispose();

    private async Task<(LocalSandboxSettings Settings, string Tools)> MachineAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            return _machine ??= await StartAsync(cancellationToken);
        }
        catch (RuntimePartMissingException e)
        {
            throw new SandboxException("SANDBOX_CREATE_FAILED", e.Message, transient: false, e);
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task<(LocalSandboxSettings Settings, string Tools)> StartAsync(CancellationToken cancellationToken)
    {
        logger.LogWarning(
            "The sandbox provider 'process' ISOLATES NOTHING: code of every project runs as the service's own user "
                + "and can read its files and reach its network. Use it for trusted projects only");
        var tools = new SandboxToolchain(runtime);
        var registry = await NpmRegistry.AddressAsync(tools, options.Registry, cancellationToken);
        return (new LocalSandboxSettings(tools, registry, options.DependencyStoreBytes, clock), LinkTools(tools));
    }

    /// <summary>A folder for PATH with the toolchain's programs and nothing else.</summary>
    private string LinkTools(SandboxToolchain tools)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folders.Root, "tools")).FullName;
        foreach (var (name, target) in tools.Programs(tools.Node, tools.NpmFolder, tools.Modules))
        {
            var link = Path.Combine(folder, name);
            File.Delete(link);
            File.CreateSymbolicLink(link, target);
        }

        return folder;
    }
}
