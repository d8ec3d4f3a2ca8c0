using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Runtime;

/// <summary>The npm of this machine, which came with the Node.js on PATH and knows an operator's registry.</summary>
internal static class NodeInstallation
{
    private const string Advice = "install Node.js 20.3 or newer, which brings node and npm.";

    // Where distributions and Node's own archives put npm, seen from the folder of node.
    private static readonly string[] NpmBesideNode =
        ["../lib/node_modules/npm/bin/npm-cli.js", "../share/nodejs/npm/bin/npm-cli.js", "../../share/nodejs/npm/bin/npm-cli.js"];

    public static string Npm()
    {
        // On PATH npm is usually a link to its script; version managers put a wrapper there instead.
        if (ProgramPath.Find("npm") is { } npm && RealPath(npm) is var script && Path.GetFileName(script) == "npm-cli.js") return script;

        var node = ProgramPath.Find("node") ?? throw new RuntimePartMissingException($"node is not on PATH; {Advice}");
        var folder = Path.GetDirectoryName(RealPath(node))!;
        return NpmBesideNode.Select(path => Path.GetFullPath(Path.Combine(folder, path))).FirstOrDefault(File.Exists)
            ?? throw new RuntimePartMissingException($"npm was not found beside {folder}; {Advice}");
    }

    private static string RealPath(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
}
