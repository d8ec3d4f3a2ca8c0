namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>Where things lie inside a rented machine.</summary>
internal sealed class RemoteLayout(RemoteOptions options)
{
    public string Root => options.Workspace;

    /// <summary>The project's files as they were written; a build works on a copy.</summary>
    public string Source => $"{Root}/source";

    /// <summary>Manifests, lock file, and the node_modules made of them.</summary>
    public string Install => $"{Root}/install";

    public string Cache => $"{Root}/cache";

    /// <summary>The service's own scripts, of its own version.</summary>
    public string Scripts => $"{Root}/scripts";

    /// <summary>Where a file is put before it is unpacked.</summary>
    public string Transfer => $"{Root}/transfer.tar";

    public string Result => $"{Root}/result.tar";

    public string Tools => $"{options.Toolchain}/tools";

    public string Modules => $"{options.Toolchain}/node_modules";

    /// <summary>Variables of every command.</summary>
    public Dictionary<string, string> Variables(IReadOnlyDictionary<string, string> more)
    {
        var all = new Dictionary<string, string> { ["PATH"] = $"{Tools}:/usr/local/bin:/usr/bin:/bin", ["LANG"] = "C.UTF-8", ["CI"] = "1" };
        foreach (var (name, value) in more) all[name] = value;
        return all;
    }
}
