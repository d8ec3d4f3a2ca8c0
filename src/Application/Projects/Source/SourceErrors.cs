using System.Globalization;
using System.Text;
using ErrorOr;
using Libra.Deploy.Application.Common;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Every reason for which a source cannot be deployed; all are the client's to mend.</summary>
public static class SourceErrors
{
    private const string Code = "DEPLOYMENT_VALIDATION_FAILED";
    private const int ShownLength = 120;

    public static Error BadPath(string path, string why) => Invalid($"The path {Show(path)} cannot be used: {why}.");

    public static Error DuplicatePath(string path) => Invalid($"The path {Show(path)} appears twice.");

    public static Error Collision(string first, string second) =>
        Invalid($"The paths {Show(first)} and {Show(second)} differ only by case or by Unicode form; rename one of them.");

    public static Error FileAndDirectory(string file, string below) =>
        Invalid($"The path {Show(file)} is a file, and also a directory because of {Show(below)}.");

    public static Error TooManyFiles(string path, int limit) =>
        Invalid($"The source has more than {Number(limit)} files, the most that Source:MaxFiles allows; {Show(path)} is the first beyond.");

    public static Error TooManyEntries(long limit) => Invalid(
        $"The source has more than {Number(limit)} files and folders, those included that are never built. Leave such out; ten times "
        + "Source:MaxFiles are allowed.");

    public static Error TooManyFields(string where, int limit) => Invalid($"{where} has more than {Number(limit)} fields.");

    public static Error TooManyChanges(long limit) => Invalid(
        $"the history has more than {Number(limit)} changes; ten times Source:MaxFiles are allowed.");

    public static Error FileTooLarge(string path, long bytes, long limit) =>
        Invalid($"The file {Show(path)} has {Number(bytes)} bytes; Source:MaxFileBytes allows a file at most {ByteSize.Show(limit)}.");

    public static Error SourceTooLarge(string path, long limit) =>
        Invalid($"The source is larger than {ByteSize.Show(limit)}, the most that Source:MaxTotalBytes allows; {Show(path)} goes beyond.");

    public static Error BadJson(string what, string why) => Invalid($"{what} is not valid JSON: {why}");

    public static Error NotFiles() => Invalid("initFiles must be an array of files or an object that describes a file tree.");

    public static Error DuplicateKey(string where, string key) => Invalid($"{where} has the key {Show(key)} twice.");

    public static Error BadEntry(string where, string why) => Invalid($"{where} {why}.");

    public static Error NotUnicode(string where) => Invalid($"{where} holds text that is not valid Unicode (half of a surrogate pair).");

    public static Error BadContent(string path, string why) => Invalid($"The content of {Show(path)} cannot be read: {why}.");

    public static Error BadHistory(string why) =>
        Invalid($"historyMessages must be an array of messages, or a string with such an array in it: {why}.");

    public static Error BadChange(string path) => Invalid($"The change of {Show(path)} must have the type 'create', 'edit' or 'delete'.");

    public static Error BadDiff(int message, string why) => Invalid($"historyMessages[{message}] is a broken diff message: {why}");

    public static Error BadSavedHistory(string why) => Invalid($"The history that the project was saved with cannot be used: {why}");

    public static Error NoLongerStored() => Invalid("The source that came with the request is no longer stored; deploy again and send it.");

    public static Error BadPackageJson(string why) => Invalid($"package.json cannot be read: {why}");

    public static Error UnknownTemplate(string name, IEnumerable<string> known) =>
        Invalid($"There is no project template {Show(name)}; known ones are {string.Join(", ", known)}.");

    /// <summary>A name from a client as it may stand in a sentence or a log line: quoted, shortened, without control characters.</summary>
    internal static string Show(string raw)
    {
        const int head = (ShownLength - 1) * 2 / 3;
        const int tail = ShownLength - 1 - head;
        var shortened = raw.Length <= ShownLength ? raw : $"{raw[..head]}…{raw[^tail..]}";

        var shown = new StringBuilder("'", shortened.Length + 2);
        for (var i = 0; i < shortened.Length; i++)
        {
            var isPair = i + 1 < shortened.Length && char.IsSurrogatePair(shortened[i], shortened[i + 1]);
            if (isPair) shown.Append(shortened[i]).Append(shortened[++i]);
            else if (IsUnprintable(shortened[i])) shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)shortened[i]:x4}");
            else shown.Append(shortened[i]);
        }

        return shown.Append('\'').ToString();
    }

    // Format characters too: one that turns the writing direction would let a path pose as another in a log.
    private static bool IsUnprintable(char c) => char.IsControl(c) || char.IsSurrogate(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static Error Invalid(string sentence) => Error.Validation(Code, sentence);
}
