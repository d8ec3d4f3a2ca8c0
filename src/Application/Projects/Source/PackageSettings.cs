namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Settings of package managers, which often hold a registry's token.</summary>
public static class PackageSettings
{
    /// <summary>True for a path, in whatever folder, of a file that is never to be published.</summary>
    public static bool IsOne(string path) =>
        path[(path.LastIndexOf('/') + 1)..] is ".npmrc" or ".yarnrc" or ".yarnrc.yml" or "bunfig.toml";
}
