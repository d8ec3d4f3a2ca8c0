using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Runtime;

/// <summary>The Node.js on this process's PATH and the npm that came with it.</summary>
internal static class NodeInstallation
{
    private const string Advice = "install Node.js 20.3 or newer, which brings node and npm.";

    // Where distributions and Node's own archives put npm, seen from the folder of node.
    private static readonly string[] NpmBesideNode =
        ["../lib/node_modules/npm/bin/npm-cli.js", "../share/nodejs/npm/bin/npm-cli.js", "../../share/nodejs/npm/bin/npm-cli.js"];

    public static string Node() =>
        RealPath(ProgramPath.Find("node") ?? throw new RuntimePartMissingException($"node is not on PATH; {Advice}"));

    public static string Npm()
    {
        // On PATH npm is usually a link to its script; version managers put a wrapper there instead.
        if (ProgramPath.Find("npm") is { } npm && RealPath(npm) is var script && Path.GetFileName(script) == "npm-cli.js") return script;

        var folder = Path.GetDirectoryName(Node())!;
        return NpmBesideNode.Select(path => Path.GetFullPath(Path.Combine(folder, path))).FirstOrDefault(File.Exists)
            ?? throw new RuntimePartMissingException($"npm was not found beside {folder}; {Advice}");
    }

    private static string RealPath(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
}
