import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.net.PrintCommandListener;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPFile;
import org.apache.commons.net.ftp.FTPSClient;
import org.apache.commons.net.util.TrustManagerUtils;

/** HOST PORT PATH USER PASSWORD SECONDS [passive] [epsv] [tls|implicit] [any] [external=ADDRESS]. */
public class List {
  public static void main(String[] words) throws Exception {
    Set<String> how = new TreeSet<>(Arrays.asList(words).subList(6, words.length));
    int patience = Integer.parseInt(words[5]) * 1000;
    boolean encrypted = how.contains("tls") || how.contains("implicit");
    FTPClient client = encrypted ? new FTPSClient(how.contains("implicit")) : new FTPClient();
    if (how.contains("any")) {
      ((FTPSClient) client).setTrustManager(TrustManagerUtils.getAcceptAllTrustManager());
    }
    client.addProtocolCommandListener(new PrintCommandListener(new PrintWriter(System.out), true));
    client.setConnectTimeout(patience);
    client.setDefaultTimeout(patience);
    client.setDataTimeout(patience);
    for (String word : how) {
      if (word.startsWith("external=")) {
        client.setActiveExternalIPAddress(word.substring("external=".length()));
      }
    }
    client.connect(words[0], Integer.parseInt(words[1]));
    if (!client.login(words[3], words[4])) {
      System.exit(1);
    }
    if (encrypted) {
      ((FTPSClient) client).execPBSZ(0);
      ((FTPSClient) client).execPROT("P");
    }
    if (how.contains("passive")) {
      client.enterLocalPassiveMode();
    }
    client.setUseEPSVwithIPv4(how.contains("epsv"));
    boolean well;
    if (words[2].endsWith(".txt")) {
      well = client.retrieveFile(words[2], new ByteArrayOutputStream());
    } else {
      for (FTPFile file : client.listFiles(words[2].isEmpty() ? null : words[2])) {
        System.out.println(file.getName());
      }
      // An answer of any kind but a good one gives an empty list, and no exception.
      well = client.getReplyCode() == 226 || client.getReplyCode() == 250;
    }
    client.logout();
    client.disconnect();
    System.exit(well ? 0 : 1);
  }
}
