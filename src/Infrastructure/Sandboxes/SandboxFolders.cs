using System.Security.Cryptography;
using System.Text;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>Where the sandboxes' files lie. Names of organizations are hashed, because they come from outside.</summary>
/// <remarks>
/// <code>
/// system-calls.bpf                what no sandbox may ask of the kernel
/// slots/{n}                       held by the sandbox that uses builder user n
/// {organization}/in-use           shared by its sandboxes, taken alone to start its cache afresh
/// {organization}/sandboxes/{id}/  source/, with {id}.lock beside it
/// {organization}/deps/{key}/      finished node_modules
/// {organization}/removed-cache-{n}/ package caches on their way out
/// {organization}/store/           all that an install sees: cache/ and work/{id}/, one mount so that hard links work
/// </code>
/// </remarks>
internal sealed class SandboxFolders
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public SandboxFolders(string dataDirectory)
    {
        Root = Directory.CreateDirectory(Path.GetFullPath(dataDirectory)).FullName;
        // Nobody on this machine but the service passes through here, which is what lets folders inside be open to the sandboxes' users.
        File.SetUnixFileMode(Root, Private);
        Slots = Directory.CreateDirectory(Path.Combine(Root, "slots")).FullName;
    }

    public string Root { get; }

    public string Slots { get; }

    public OrganizationFolders Of(string organizationId) =>
        new(Path.Combine(Root, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(organizationId)))[..32]));

    public IEnumerable<OrganizationFolders> Organizations() =>
        Directory.EnumerateDirectories(Root)
            .Where(folder => folder != Slots && Path.GetFileName(folder).Length == 32).Select(folder => new OrganizationFolders(folder));
}

/// <summary>Folders of one organization.</summary>
internal sealed class OrganizationFolders
{
    public const UnixFileMode OpenToSandboxUsers =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public OrganizationFolders(string root)
    {
        Root = root;
        Sandboxes = Directory.CreateDirectory(Path.Combine(root, "sandboxes")).FullName;
        Dependencies = Directory.CreateDirectory(Path.Combine(root, "deps")).FullName;
        Store = Directory.CreateDirectory(Path.Combine(root, "store")).FullName;
        Work = Directory.CreateDirectory(Path.Combine(Store, "work")).FullName;
        Cache = CreateOpen(Path.Combine(Store, "cache"));
    }

    public string Root { get; }

    public string InUse => Path.Combine(Root, "in-use");

    public string Sandboxes { get; }

    public string Dependencies { get; }

    public string Store { get; }

    public string Work { get; }

    public string Cache { get; }

    /// <summary>Makes a folder that the installer's user can write; the service's own user keeps its parents closed.</summary>
    public static string CreateOpen(string path)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path);
            // Afterwards, because the mode given at creation is cut by the umask.
            File.SetUnixFileMode(path, OpenToSandboxUsers);
        }

        return path;
    }

    /// <summary>Makes the folder and those that it is in, down from another one.</summary>
    public static void CreateOpenBelow(string top, string path)
    {
        if (path == top) return;

        CreateOpenBelow(top, Path.GetDirectoryName(path)!);
        CreateOpen(path);
    }
}
